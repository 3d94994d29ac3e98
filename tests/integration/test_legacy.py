"""A run folder of version 0.1 is resumed, with the options of that version."""

import csv
import shutil
import subprocess
from pathlib import Path

import pytest
from helpers import toy

pytestmark = pytest.mark.slow
LEGACY = Path(__file__).parents[1] / "legacy" / "run"


def predictions_of(path):
    """Read a table of predictions, without its header."""
    with open(path, encoding="utf-8", newline="") as file:
        _, *rows = csv.reader(file)
    return rows


def test_old_run_is_resumed_with_the_same_predictions(tmp_path):
    toy.make(tmp_path)
    (tmp_path / "toy_unlabelled.yaml").write_text(
        "sources: [north]\ntargets: [south]\ntarget_material: unlabelled\n"
        "transductive: True\n"
    )
    run = tmp_path / "run_sere"
    shutil.copytree(LEGACY, run)
    settings = (run / "settings.json").read_text()
    (run / "settings.json").write_text(settings.replace("/data", str(tmp_path)))
    predictions = run / "seed_1001/predictions"
    before = predictions_of(predictions / "target_scored.csv")
    command = toy.command(
        *(tmp_path, run),
        protocol="toy_unlabelled.yaml",
        yaml="hparams/sere.yaml",
        epochs=2,
        has_report=True,
    )
    done = subprocess.run(
        ["--speeds" if word == "--speed_perturb" else word for word in command],
        cwd=toy.RECIPE,
        env=toy.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    assert "target_material is now called" in done.stdout
    after = predictions_of(predictions / "test.csv")
    for row, other in zip(after, before, strict=True):
        assert row[:7] == other[:7]
        # The fixture was made on another machine.
        assert [*map(float, row[7:])] == pytest.approx(
            [*map(float, other[7:])], abs=1e-4
        )
    assert (run / "report.html").is_file()
