import collections

import pytest
from helpers.rows import EMOTIONS, rows_of

from speechbrain_clser.data.hierarchical_sampler import HierarchicalBatchSampler
from speechbrain_clser.labels import Scheme

SCHEME = Scheme(EMOTIONS)
ROWS = (
    rows_of("a", "deu", 3, 8)
    + rows_of("b", "ita", 2, 2)
    + rows_of("c", "urd", 2, 1)
    + rows_of("d", "eng", 2, 1, emotions=EMOTIONS[:2])
)
PAPER = {"languages": 3, "classes": 4, "utterances": 3}


def batches(rows=ROWS, seed=1, **changes):
    return HierarchicalBatchSampler(rows, SCHEME, seed, **{**PAPER, **changes})


def kinds(batch, rows=ROWS):
    return collections.Counter(
        (rows[index].language, rows[index].emotion) for index in batch
    )


def test_batch_of_the_paper_is_exactly_36():
    rows = [row for row in ROWS if row.language != "eng"]
    for batch in batches(rows):
        counts = kinds(batch, rows)
        assert len(batch) == 36 and len(counts) == 12
        assert set(counts.values()) == {3}


def test_epoch_is_as_long_as_the_training():
    assert len(batches()) == len(list(batches())) == -(-len(ROWS) // 36)


def test_language_gives_the_classes_it_has():
    drawn = collections.Counter()
    for batch in batches(languages=4):
        drawn += kinds(batch)
    assert {e for language, e in drawn if language == "eng"} == set(
        EMOTIONS[:2]
    )


def test_cell_deals_every_utterance_before_any_comes_twice():
    rows = rows_of("a", "deu", 4, 9) + rows_of("b", "ita", 1, 1)
    sampler = batches(rows, languages=2, utterances=1)
    drawn = [i for batch in sampler for i in batch if i < 4 * 9 * 4]
    assert len(drawn) == len(set(drawn)) > 50


def test_draws_change_with_seed_and_epoch_only():
    first = list(batches())
    assert list(batches()) == first != list(batches(seed=2))
    later = batches()
    later.set_epoch(1)
    assert list(later) != first


def test_batch_holds_no_utterance_twice_while_the_cell_has_others():
    rows = [row for row in ROWS if row.language != "eng"]
    for seed in range(20):
        for batch in batches(rows, seed):
            german = [i for i in batch if rows[i].language == "deu"]
            assert len(german) == len(set(german))


@pytest.mark.parametrize(
    "what, there",
    [("languages", "deu, eng, ita, urd"), ("classes", "anger, happiness")],
)
def test_more_than_there_is_is_refused_with_the_override(what, there):
    override = rf"--hierarchical_sampling '{{{what}: 4}}"
    with pytest.raises(ValueError, match=rf"has 4 \({there}.*{override}"):
        batches(**{what: 9})
