"""Comparison with baselines on synthetic predictions."""

import json
import shutil

import pytest
from helpers.runs import make_run

from speechbrain_clser.evaluation import run
from speechbrain_clser.evaluation.baselines import baselines
from speechbrain_clser.evaluation.run_counts import RunCounts, speaker_counts
from speechbrain_clser.evaluation.statistics import estimate


def copy_predictions(seed, name, of):
    """Copy the predictions of another training to a baseline."""
    (seed / "baselines").mkdir(exist_ok=True)
    shutil.copy(
        of / "predictions" / "test.csv",
        seed / "baselines" / f"{name}.csv",
    )


@pytest.fixture
def seeds(tmp_path):
    """Return two trials; one baseline is random, one equals the method."""
    folder = make_run(tmp_path / "run", seeds=(1, 2))
    make_run(folder / "trial_1", seeds=(3, 4))
    guesses = make_run(tmp_path / "guesses", seeds=(1, 2, 3, 4), skill=0.0)
    for path in [*folder.glob("seed_*"), *folder.glob("trial_1/seed_*")]:
        copy_predictions(path, "guess", guesses / path.name)
        copy_predictions(path, "twin", path)
    copy_predictions(folder / "seed_1", "unfinished", folder / "seed_1")
    return run.read(folder).seeds


def test_method_is_better_than_random_and_equal_to_its_copy(seeds):
    guess, twin = baselines(seeds)
    assert (guess["name"], twin["name"]) == ("guess", "twin")
    assert guess["difference"]["low"] > 0.2
    assert guess["uar"]["low"] < guess["uar"]["mean"] < guess["uar"]["high"]
    assert set(twin["difference"].values()) == {0.0}


def test_difference_is_that_of_the_means(seeds):
    guess, twin = baselines(seeds)
    assert guess["difference"]["mean"] == pytest.approx(
        twin["uar"]["mean"] - guess["uar"]["mean"]
    )
    assert guess["uar"]["sd_trials"] > 0


def test_counts_reproduce_interval_and_difference(seeds):
    method = speaker_counts(
        [seed.predictions["test"] for seed in seeds],
        [seed.trial for seed in seeds],
    )
    for output in json.loads(json.dumps(baselines(seeds))):
        counts = RunCounts.from_json(output["counts"])
        again = estimate([method], against=[counts]).to_json()
        assert again == output["difference"]
        assert estimate([counts]).to_json().items() <= output["uar"].items()


def test_run_without_baselines_has_none(tmp_path):
    assert baselines(run.read(make_run(tmp_path)).seeds) == []
