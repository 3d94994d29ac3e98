"""Train, report, export and predict values of dimensions."""

import csv
import json

import numpy as np
import pytest
import soundfile
import torch
from helpers import commands, sounds, toy
from speechbrain.inference.classifiers import EncoderClassifier

from speechbrain_clser.contrib.app import serving
from speechbrain_clser.inference.classifier import EmotionClassifier
from speechbrain_clser.stress.runner import stress

VALUES = {
    **{"anger": (0.9, 0.2), "happiness": (0.7, 0.9)},
    **{"neutral": (0.5, 0.5), "sadness": (0.1, 0.3)},
}


def add_ratings(table):
    """Add columns of ratings to the table of a toy corpus."""
    with open(table, newline="") as file:
        header, *rows = csv.reader(file)
    with open(table, "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*header, "arousal", "valence"])
        for k, row in enumerate(rows):
            shift = 0.01 * (k % 5)
            values = [x + shift for x in VALUES[row[1]]]
            writer.writerow([row[0], "", *row[2:], *values])


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return the data and a run on ratings without emotions."""
    data = tmp_path_factory.mktemp("toy")
    toy.make(data)
    for name in toy.LANGUAGES:
        add_ratings(data / name / "table.csv")
    done = toy.train(
        *(data, data / "run", "--task", "arousal+valence"),
        epochs=20,
        has_report=True,
    )
    assert done.returncode == 0, done.stdout
    return data, data / "run"


@pytest.mark.slow
def test_report_has_ccc_above_zero_beside_ridge_regression(run):
    report = json.loads((run[1] / "report.json").read_text())
    ccc = report["parts"]["test"]["scores"]["ccc"]
    assert ccc["mean"] > 0 and ccc["low"] < ccc["mean"] < ccc["high"]
    assert [one["name"] for one in report["baselines"]] == ["linear"]


@pytest.mark.slow
def test_both_classes_and_the_command_give_the_values_of_the_run(run, tmp_path):
    data, folder = run
    with open(folder / "seed_1001/predictions/test.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    files = [
        str(data / "south" / f"{row['id'].removeprefix('south_')}.wav")
        for row in rows
    ]
    names = ["predicted_arousal", "predicted_valence"]
    expected = torch.tensor([[float(row[n]) for n in names] for row in rows])
    stock = EncoderClassifier.from_hparams(
        source=str(folder / "model"), run_opts={"device": "cpu"}
    )
    single = torch.cat([stock.classify_file(path)[0] for path in files])
    ours = EmotionClassifier.from_hparams(
        folder / "model", run_opts={"device": "cpu"}
    )
    many = torch.tensor(
        [
            [*one.values.values()]
            for one in ours.classify_files(files, has_bar=False)
        ]
    )
    out = tmp_path / "values.csv"
    commands.done("predict", folder / "model", *files, "--out", out)
    with open(out, newline="") as file:
        written = list(csv.DictReader(file))
    assert [*written[0]] == ["file", "arousal", "valence", "note"]
    table = torch.tensor(
        [[float(row["arousal"]), float(row["valence"])] for row in written]
    )
    for found in (single, many, table):
        torch.testing.assert_close(found, expected, atol=2e-4, rtol=0)


@pytest.mark.slow
def test_windows_and_page_have_the_values_of_the_model(run, tmp_path):
    data, folder = run
    path = data / "south" / "s0_anger_0.wav"
    model = EmotionClassifier.from_hparams(
        folder / "model", run_opts={"device": "cpu"}
    )
    samples, _ = soundfile.read(path)
    long = sounds.write(tmp_path / "long.wav", np.tile(samples, 30))
    commands.done(
        *("predict", folder / "model", long, "--window-s", "4"),
        *("--out", tmp_path / "windows.csv"),
    )
    with open(tmp_path / "windows.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [*rows[0]] == [
        *(
            "file",
            "n_segments",
            "start_s",
            "end_s",
            "arousal",
            "valence",
            "note",
        )
    ]
    timeline = model.classify_long(long, 4.0, 2.0)
    assert [float(row["start_s"]) for row in rows] == [0, 2, 4, 6, 8, 10]
    assert [float(row["valence"]) for row in rows] == pytest.approx(
        [part.prediction.values["valence"] for part in timeline.segments],
        abs=1e-5,
    )
    text = serving.show(model, str(long))
    assert text.count('class="values"') == 2
    with pytest.raises(ValueError, match="clser stress scores .* of arousal"):
        stress(folder / "model", "demo", "", tmp_path)
