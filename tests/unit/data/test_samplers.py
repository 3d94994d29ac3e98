import collections

import pytest
from helpers.rows import EMOTIONS, rows_of
from torch.utils.data import BatchSampler

from speechbrain_clser.data.samplers import (
    HierarchicalBatchSampler,
    SemiSupervisedBatchSampler,
    loader_options,
)
from speechbrain_clser.tasks import Classes

SCHEME = Classes(EMOTIONS)
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


def test_hierarchical_batches_depend_on_seed_and_epoch_only():
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


class Epochs:
    """A sampler that yields its epoch four times."""

    epoch = 0

    def set_epoch(self, epoch):
        self.epoch = epoch

    def __len__(self):
        return 4

    def __iter__(self):
        return iter([self.epoch] * 4)


def mixed(seed=1):
    batches = BatchSampler(Epochs(), 2, drop_last=False)
    return SemiSupervisedBatchSampler(
        batches, range(10, 15), n_others=3, seed=seed
    )


def test_every_batch_contains_others():
    batches = list(mixed())
    assert len(batches) == len(mixed()) == 2
    assert all(batch[:2] == [0, 0] and len(batch) == 5 for batch in batches)


def test_others_are_sampled_without_replacement():
    others = [index for batch in mixed() for index in batch[2:]]
    assert sorted(others[:5]) == [10, 11, 12, 13, 14]


def test_mixed_batches_depend_on_seed_and_epoch_only():
    first = list(mixed())
    assert list(mixed()) == first != list(mixed(seed=2))
    later = mixed()
    later.set_epoch(3)
    assert [batch[0] for batch in later] == [3, 3]
    assert [batch[2:] for batch in later] != [batch[2:] for batch in first]


def test_passes_repeat_batches_with_new_shuffle():
    batches = BatchSampler(Epochs(), 2, drop_last=False)
    often = SemiSupervisedBatchSampler(
        batches, [7], n_others=1, seed=1, n_passes=3
    )
    often.set_epoch(2)
    assert [batch[0] for batch in often] == [6, 6, 7, 7, 8, 8]
    assert len(often) == 6


TWO_CLASSES = Classes(["anger", "neutral"])
UNEQUAL = (
    rows_of("a", "deu", 1, 90, emotions=("anger",))
    + rows_of("a", "deu", 1, 10, emotions=("neutral",))
    + rows_of("b", "ita", 1, 400, emotions=("anger",))
    + rows_of("b", "ita", 1, 100, emotions=("neutral",))
)


def sampler(balance):
    return loader_options(UNEQUAL, TWO_CLASSES, balance, seed=1, batch_size=8)[
        "sampler"
    ]


def shares(balance, key):
    drawn = list(sampler(balance))
    counts = collections.Counter(key(UNEQUAL[index]) for index in drawn)
    return {name: n / len(drawn) for name, n in counts.items()}


def test_balance_none_samples_every_utterance_once():
    assert sorted(sampler("none")) == list(range(len(UNEQUAL)))


def test_cells_define_batch_size():
    cells = {"languages": 2, "classes": 2, "utterances": 3}
    output = loader_options(
        UNEQUAL,
        TWO_CLASSES,
        "hierarchical",
        seed=1,
        batch_size=8,
        hierarchical_sampling=cells,
    )
    assert output.keys() == {"batch_sampler"}
    assert {len(batch) for batch in output["batch_sampler"]} == {12}


def test_classes_are_balanced():
    assert shares("class", lambda row: row.emotion) == pytest.approx(
        {"anger": 0.5, "neutral": 0.5}, abs=0.06
    )


def test_cells_of_language_and_class_are_balanced():
    cells = shares("language_class", lambda row: (row.language, row.emotion))
    assert cells == pytest.approx(dict.fromkeys(cells, 0.25), abs=0.06)
    assert len(cells) == 4


def test_sampling_depends_on_epoch_only():
    trial = sampler("class")
    first = list(trial)
    assert list(trial) == first
    trial.set_epoch(1)
    assert list(trial) != first


def test_unknown_balance_raises():
    with pytest.raises(ValueError, match="balance must be one of"):
        sampler("speaker")


@pytest.mark.parametrize("balance", ["none", "language_class", "hierarchical"])
def test_every_batch_of_the_loader_contains_others(balance):
    output = loader_options(
        UNEQUAL,
        TWO_CLASSES,
        balance,
        seed=1,
        batch_size=8,
        hierarchical_sampling={"languages": 2, "classes": 2, "utterances": 2},
        others=range(1000, 1020),
        n_others=5,
    )
    first = list(output["batch_sampler"])[0]
    assert len(first) == 13 and min(first[8:]) >= 1000 > max(first[:8])
    output["batch_sampler"].set_epoch(1)
    assert list(output["batch_sampler"])[0] != first
