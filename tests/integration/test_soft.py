"""Train, report, export and predict with votes of raters."""

import csv
import json

import pytest
from helpers import commands, toy
from speechbrain.inference.classifiers import EncoderClassifier

NEXT = {"anger": "happiness", "happiness": "neutral", "neutral": "sadness"}


def add_votes(table):
    """Replace the emotions of the table of a toy corpus by votes."""
    with open(table, newline="") as file:
        header, *rows = csv.reader(file)
    with open(table, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*header, "votes"])
        for row in rows:
            votes = f"{row[1]}:3;{NEXT.get(row[1], 'other')}:1"
            writer.writerow([row[0], "", *row[2:], votes])


@pytest.mark.slow
def test_run_on_votes_is_scored_exported_and_served_as_one_of_classes(tmp_path):
    toy.make(tmp_path)
    for name in toy.LANGUAGES:
        add_votes(tmp_path / name / "table.csv")
    folder = tmp_path / "run"
    done = toy.train(
        *(tmp_path, folder, "--task", "soft"), epochs=10, has_report=True
    )
    assert done.returncode == 0, done.stdout
    assert "valid jsd" in done.stdout
    part = json.loads((folder / "report.json").read_text())["parts"]["test"]
    assert part["scores"]["uar"]["mean"] > 0.4
    assert part["scores"]["jsd"]["mean"] < part["constant_jsd"]
    with open(folder / "seed_1001/predictions/test.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    # Votes for "other" are left out.
    shares = {row["target"]: float(row["votes_sadness"]) for row in rows}
    expected = {"anger": 0, "happiness": 0, "neutral": 0.25, "sadness": 1}
    assert shares == expected
    stock = EncoderClassifier.from_hparams(
        source=str(folder / "model"), run_opts={"device": "cpu"}
    )
    path = tmp_path / "south" / f"{rows[0]['id'].removeprefix('south_')}.wav"
    found = stock.classify_file(str(path))[0].exp()[0].tolist()
    names = [name for name in rows[0] if name.startswith("p_")]
    assert found == pytest.approx([float(rows[0][n]) for n in names], abs=2e-4)
    written = commands.done("predict", folder / "model", path)
    assert written.startswith("file,emotion,probability,p_anger")
    assert "JSD" in (folder / "model" / "README.md").read_text()
