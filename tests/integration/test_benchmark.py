"""A study that is killed in the middle goes on and gives the same results."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
import yaml
from helpers import toy

NETWORK = {"yaml": "source_only", "number_of_epochs": 2, "dim": 8}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Folder of the toy corpora and of a study with a wrong system."""
    folder = tmp_path_factory.mktemp("toy")
    toy.make(folder)
    study = {
        "systems": {
            "linear": {"yaml": "linear"},
            "network": {**NETWORK, "speed_perturb": []},
            "wrong": {**NETWORK, "layers": 3},
        },
        "protocols": {"a": str(folder / "toy.yaml")},
        "settings": {"cache_folder": str(folder / "cache"), "batch_size": 8},
        "compare_with": ["linear"],
    }
    (folder / "study.yaml").write_text(yaml.safe_dump(study, sort_keys=False))
    return folder


def command(data, out):
    return [
        *(sys.executable, "-m", "speechbrain_clser.cli", "benchmark"),
        *(str(data / "study.yaml"), "--data-folder", str(data)),
        *("--out", str(out), "--jobs", "2"),
    ]


def scores(out):
    found = json.loads((out / "results.json").read_text())
    scores = {
        (one["system"], one["fold"]): one["counts"] for one in found["scores"]
    }
    return scores, found


@pytest.mark.slow
def test_a_killed_study_goes_on_with_the_same_results(data, tmp_path):
    whole = subprocess.run(
        command(data, tmp_path / "whole"),
        env=toy.environment(),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert whole.returncode == 1, whole.stderr  # a cell failed
    expected, found = scores(tmp_path / "whole")
    assert {system for system, _ in expected} == {"linear", "svm", "network"}
    assert list(found["failed"]) == ["wrong/acoustic/a"]
    assert "layers" in found["failed"]["wrong/acoustic/a"]

    out = tmp_path / "killed"
    process = subprocess.Popen(command(data, out), env=toy.environment())
    until = time.monotonic() + 300
    while not (finished := sorted(out.glob("*/*/*/cell.json"))):
        assert time.monotonic() < until
        time.sleep(0.1)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    before = {path: path.stat().st_mtime_ns for path in finished}
    again = subprocess.run(
        command(data, out),
        env=toy.environment(),
        capture_output=True,
        text=True,
        timeout=600,
    )
    assert f"3 runs, {len(finished)} finished" in again.stdout
    assert {path: path.stat().st_mtime_ns for path in finished} == before
    assert scores(out)[0] == expected
    assert "leaderboard.html" in again.stdout
