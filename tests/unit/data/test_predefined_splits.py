import collections
import dataclasses

import pytest
from helpers.rows import rows_of

from speechbrain_clser.data.predefined_splits import UNDIVIDED, sized_parts
from speechbrain_clser.data.protocol import Protocol

ROWS = rows_of("a", "deu", n_speakers=5) + rows_of("b", "ita", n_speakers=5)


def protocol_of(**sizes):
    return Protocol.of("x", ("a",), ("b",), predefined_splits=sizes)


def test_every_row_is_in_one_split_of_given_size():
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


def test_splits_of_corpora_are_independent():
    alone = sized_parts(ROWS, protocol_of(a=[28, 4, 8]))
    both = sized_parts(ROWS, protocol_of(b=[20, 10, 10], a=[28, 4, 8]))
    assert {name: both[name] for name in alone} == alone


@pytest.mark.parametrize("sizes", [[29, 4, 8], [20, 4, 8]])
def test_sizes_that_do_not_add_up_raise_with_both_numbers(sizes):
    expected = f"of a add up to {sum(sizes)}, found 40 utterances"
    with pytest.raises(ValueError, match=expected):
        sized_parts(ROWS, protocol_of(a=sizes))


def test_official_splits_are_read():
    rows = [dataclasses.replace(row, session="dev/dia1") for row in ROWS]
    parts = sized_parts(rows, protocol_of(b="official"))
    assert set(parts.values()) == {"valid"} and len(parts) == 40


def test_corpus_without_official_splits_raises():
    with pytest.raises(ValueError, match="official: .* found ''"):
        sized_parts(ROWS, protocol_of(b="official"))


def fold(test_speakers):
    """Return rows of an official fold without a validation part."""
    return [
        dataclasses.replace(
            row,
            session="test/1"
            if row.speaker in test_speakers(row)
            else "train/1",
        )
        for row in ROWS
        if row.corpus == "a"
    ]


def test_fold_without_validation_of_other_speakers_is_divided_later():
    speaker = ROWS[0].speaker
    parts = sized_parts(fold(lambda row: {speaker}), protocol_of(a="official"))
    assert set(parts.values()) == {"test", UNDIVIDED}


def test_validation_of_a_fold_with_common_speakers_is_a_sample():
    rows = fold(lambda row: {row.speaker} if row.id.endswith("0") else ())
    parts = sized_parts(rows, protocol_of(a="official"))
    counts = collections.Counter(parts.values())
    n_trained = counts["train"] + counts["valid"]
    assert counts["valid"] == round(0.1 * n_trained) > 0
    assert set(counts) == {"train", "valid", "test"}
