import collections
import dataclasses

import pytest
from helpers.rows import rows_of

from speechbrain_clser.data.predefined_splits import sized_parts
from speechbrain_clser.data.protocol import Protocol

ROWS = rows_of("a", "deu", n_speakers=5) + rows_of("b", "ita", n_speakers=5)


def protocol_of(**sizes):
    return Protocol("x", ("a",), ("b",), predefined_splits=sizes)


def test_every_row_of_the_corpus_is_in_one_part_of_its_size():
    parts = sized_parts(ROWS, protocol_of(a=[28, 4, 8]))
    assert collections.Counter(parts.values()) == {
        "train": 28,
        "valid": 4,
        "test": 8,
    }
    assert set(parts) == {row.id for row in ROWS if row.corpus == "a"}


def test_parts_are_stratified():
    parts = sized_parts(ROWS, protocol_of(a=[28, 4, 8]))
    test = [row.emotion for row in ROWS if parts.get(row.id) == "test"]
    assert set(collections.Counter(test).values()) == {2}


def test_draw_of_one_corpus_does_not_move_that_of_another():
    alone = sized_parts(ROWS, protocol_of(a=[28, 4, 8]))
    both = sized_parts(ROWS, protocol_of(b=[20, 10, 10], a=[28, 4, 8]))
    assert {name: both[name] for name in alone} == alone


@pytest.mark.parametrize("sizes", [[29, 4, 8], [20, 4, 8]])
def test_sizes_that_do_not_add_up_are_refused_with_both_numbers(sizes):
    expected = f"sizes of a add up to {sum(sizes)}, but 40 utterances"
    with pytest.raises(ValueError, match=expected):
        sized_parts(ROWS, protocol_of(a=sizes))


def test_official_parts_need_no_numbers():
    rows = [dataclasses.replace(row, session="dev/dia1") for row in ROWS]
    parts = sized_parts(rows, protocol_of(b="official"))
    assert set(parts.values()) == {"valid"} and len(parts) == 40


def test_corpus_without_official_parts_is_refused():
    with pytest.raises(ValueError, match="official, but .* with '' and not"):
        sized_parts(ROWS, protocol_of(b="official"))
