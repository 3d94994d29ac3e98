"""Test runs with several trials of labelled utterances."""

import json

import pytest
from helpers import toy

QUICK = {"yaml": "hparams/sere.yaml", "epochs": 1, "protocol": "few.yaml"}
OPTIONS = ["--trials", "2", "--baselines", "[linear, nearest_prototype]"]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Return the folder of toy corpora with a protocol of one shot per class."""
    folder = tmp_path_factory.mktemp("toy")
    toy.make(folder)
    (folder / "few.yaml").write_text(
        "sources: [north]\ntargets: [south]\nsupervision: "
        "{few_transductive: 1}\n"
    )
    return folder


def predictions(folder):
    """Return the content of every predictions file of a run, by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("test.csv")
    }


@pytest.mark.slow
def test_trials_and_seeds_are_added_to_a_run(data):
    folder = data / "run"
    done = toy.train(data, folder, *OPTIONS[2:], **QUICK)
    assert done.returncode == 0, done.stdout
    alone = predictions(folder)
    assert list(alone) == ["seed_1001/predictions/test.csv"]

    done = toy.train(
        data, folder, *OPTIONS, "--seeds", "2", has_report=True, **QUICK
    )
    assert done.returncode == 0, done.stdout
    every = predictions(folder)
    assert {name.removesuffix("/predictions/test.csv") for name in every} == {
        *("seed_1001", "seed_1002"),
        *("trial_1/seed_2001", "trial_1/seed_2002"),
    }
    assert alone.items() <= every.items()
    parts = [
        (path / "parts.csv").read_text()
        for path in (folder, folder / "trial_1")
    ]
    assert parts[0] != parts[1]

    report = json.loads((folder / "report.json").read_text())
    assert (report["n_trials"], report["n_seeds"]) == (2, 2)
    names = [one["name"] for one in report["baselines"]]
    assert names == ["linear", "nearest_prototype"]
    assert "sere minus it" in done.stdout
    assert report["resonance"]["highlights"]


@pytest.mark.slow
def test_trials_are_refused_without_random_labels(data):
    done = toy.train(data, data / "none", "--trials", "2")
    assert done.returncode != 0
    assert "no labelled utterances are sampled" in done.stdout
