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


def test_batch_size_of_the_paper_is_36():
    rows = [row for row in ROWS if row.language != "eng"]
    for batch in batches(rows):
        counts = kinds(batch, rows)
        assert len(batch) == 36 and len(counts) == 12
        assert set(counts.values()) == {3}


def test_epoch_length_matches_training_set():
    assert len(batches()) == len(list(batches())) == -(-len(ROWS) // 36)


def test_language_with_fewer_classes_contributes_those():
    drawn = collections.Counter()
    for batch in batches(languages=4):
        drawn += kinds(batch)
    assert {e for language, e in drawn if language == "eng"} == set(
        EMOTIONS[:2]
    )


def test_cell_samples_without_replacement():
    rows = rows_of("a", "deu", 4, 9) + rows_of("b", "ita", 1, 1)
    sampler = batches(rows, languages=2, utterances=1)
    drawn = [i for batch in sampler for i in batch if i < 4 * 9 * 4]
    assert len(drawn) == len(set(drawn)) > 50


def test_batches_depend_on_seed_and_epoch_only():
    first = list(batches())
    assert list(batches()) == first != list(batches(seed=2))
    later = batches()
    later.set_epoch(1)
    assert list(later) != first


def test_batch_has_no_duplicates_if_cell_is_large_enough():
    rows = [row for row in ROWS if row.language != "eng"]
    for seed in range(20):
        for batch in batches(rows, seed):
            german = [i for i in batch if rows[i].language == "deu"]
            assert len(german) == len(set(german))


@pytest.mark.parametrize(
    "what, there",
    [("languages", "deu, eng, ita, urd"), ("classes", "anger, happiness")],
)
def test_too_many_languages_or_classes_raise_with_override(what, there):
    override = rf"--hierarchical_sampling '{{{what}: 4}}"
    with pytest.raises(ValueError, match=rf"has 4 \({there}.*{override}"):
        batches(**{what: 9})
