"""Whatever is the matter with a file, it is classified or listed with a reason."""

import collections
import csv
import os
import subprocess
import sys

import pytest
from helpers import damaged, served, toy

PATIENCE_S = 900
REASONS = {
    *("missing", "suffix", "unreadable", "truncated", "rate", "empty", "nan"),
    *("loud", "silent", "long"),
}


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model on the built-in encoder."""
    return served.make(tmp_path_factory.mktemp("model")).folder


def predict(model, folder, out, *options):
    """Run ``clser predict`` in a process that may crash or hang."""
    command = [sys.executable, "-m", "speechbrain_clser.cli", "predict"]
    command += [str(model), str(folder), "--out", str(out), "--device=cpu"]
    return subprocess.run(
        [*command, *options],
        env={**os.environ, **toy.environment()},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
    )


def read(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def hold(model, tmp_path, n_files, seed, *options):
    """Damage files, and ask that each is accounted for."""
    files = damaged.write(tmp_path / "files", n_files, seed)
    out = tmp_path / "a.csv"
    done = predict(model, tmp_path / "files", out, *options)
    assert done.returncode == 1, done.stderr[-2000:]
    assert "Traceback" not in done.stderr
    heard, bad = read(out), read(tmp_path / "a.bad.csv")
    n_rows = collections.Counter(row["file"] for row in [*heard, *bad])
    assert n_rows.keys() == {*map(str, files)}
    assert all(
        n_rows[row["file"]] == int(row.get("n_segments", 1))
        for row in [*heard, *bad]
    )
    assert {row["reason"] for row in bad} <= REASONS
    for row in heard:
        chances = [float(row[key]) for key in row if key.startswith("p_")]
        assert sum(chances) == pytest.approx(1.0, abs=1e-4)
    return heard, bad


def test_every_damaged_file_is_classified_or_listed(model, tmp_path):
    heard, bad = hold(model, tmp_path, 60, seed=0)
    for kind in ("eight_bits", "eight_channels", "many_samples_a_second"):
        assert sum(kind in row["file"] for row in heard) == 6
    for kind in ("no_samples", "odd_samples", "other_content"):
        assert sum(kind in row["file"] for row in bad) == 6
    assert all(row["file"] in row["message"] for row in bad)


@pytest.mark.slow
@pytest.mark.parametrize(
    "seed, options",
    [(1, []), (2, ["--window-s=0.5"])],
    ids=["whole", "windows"],
)
def test_a_thousand_damaged_files_are_classified_or_listed(
    model, tmp_path, seed, options
):
    hold(model, tmp_path, 1000, seed, *options)
