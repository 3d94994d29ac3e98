import collections

import pytest
from helpers.rows import rows_of

from speechbrain_clser.data.samplers import loader_options
from speechbrain_clser.labels import Scheme

SCHEME = Scheme(["anger", "neutral"])
ROWS = (
    rows_of("a", "deu", 1, 90, emotions=("anger",))
    + rows_of("a", "deu", 1, 10, emotions=("neutral",))
    + rows_of("b", "ita", 1, 400, emotions=("anger",))
    + rows_of("b", "ita", 1, 100, emotions=("neutral",))
)


def sampler(balance):
    return loader_options(ROWS, SCHEME, balance, seed=1, batch_size=8)[
        "sampler"
    ]


def shares(balance, key):
    drawn = list(sampler(balance))
    counts = collections.Counter(key(ROWS[index]) for index in drawn)
    return {name: n / len(drawn) for name, n in counts.items()}


def test_balance_none_samples_every_utterance_once():
    assert sorted(sampler("none")) == list(range(len(ROWS)))


def test_cells_define_batch_size():
    cells = {"languages": 2, "classes": 2, "utterances": 3}
    output = loader_options(
        ROWS, SCHEME, "cells", seed=1, batch_size=8, cells=cells
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


@pytest.mark.parametrize("balance", ["none", "language_class", "cells"])
def test_every_batch_contains_others(balance):
    output = loader_options(
        ROWS,
        SCHEME,
        balance,
        seed=1,
        batch_size=8,
        cells={"languages": 2, "classes": 2, "utterances": 2},
        others=range(1000, 1020),
        n_others=5,
    )
    first = list(output["batch_sampler"])[0]
    assert len(first) == 13 and min(first[8:]) >= 1000 > max(first[:8])
    output["batch_sampler"].set_epoch(1)
    assert list(output["batch_sampler"])[0] != first
