"""Test publishing and loading with the real client and an empty cache."""

import csv
import json
import re
import subprocess
import sys

import pytest
import torch
from helpers import encoders, toy
from helpers.hub import Hub
from huggingface_hub import ModelCard

pytestmark = pytest.mark.slow

ID, ENCODER = "me/model", "others/tiny"
PUBLISH = """
import sys
from speechbrain_clser.contrib.publish.hub import publish

run, name, *allowed = sys.argv[1:]
print(publish(run, name, allow_licence=allowed).commit)
"""
LOAD = """
import json, sys
from speechbrain.inference.classifiers import EncoderClassifier
from speechbrain_clser.inference.classifier import EmotionClassifier

source, *files = sys.argv[1:]
cpu = {"device": "cpu"}
stock = EncoderClassifier.from_hparams(source=source, run_opts=cpu)
ours = EmotionClassifier.from_hparams(source, temperature=1.0, run_opts=cpu)
predictions = ours.classify_files(files, has_bar=False)
print(json.dumps([
    [stock.classify_file(path)[0][0].exp().tolist() for path in files],
    [[*one.probabilities.values()] for one in predictions],
]))
"""


@pytest.fixture
def hub():
    """Start a local hub."""
    with Hub() as hub:
        yield hub


@pytest.fixture
def data(tmp_path):
    """Folder of the toy corpora."""
    toy.make(tmp_path / "data")
    return tmp_path / "data"


def python(code, *arguments, hub, cache):
    """Run code in a process with this hub; return the last line of output."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**toy.environment(), **hub.environment(cache)},
        cwd=cache.parent,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()[-1]


def train(data, run, *more):
    """Train a run to publish; the hub of the tests is chosen at import."""
    done = toy.train(data, run, *more, anew=True, has_report=True)
    assert done.returncode == 0, done.stdout
    return run


def predicted(run, data):
    """Return the test files and their probabilities in the run."""
    path = run / "seed_1001" / "predictions" / "test.csv"
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    files = [
        data / "south" / f"{row['id'][len('south_') :]}.wav" for row in rows
    ]
    names = [key for key in rows[0] if key.startswith("p_")]
    return files, [[float(row[name]) for name in names] for row in rows]


def compare(run, data, **place):
    """Compare both classes, with a freshly downloaded model, with the run."""
    files, expected = predicted(run, data)
    for found in json.loads(python(LOAD, ID, *files, **place)):
        torch.testing.assert_close(found, expected, atol=1e-4, rtol=0)


def test_published_model_predicts_as_in_training(data, hub, tmp_path):
    run = train(data, tmp_path / "run")
    commit = python(PUBLISH, run, ID, "north", hub=hub, cache=tmp_path / "mine")
    assert commit == hub.head(ID).sha
    compare(run, data, hub=hub, cache=tmp_path / "theirs")

    card = hub.head(ID).files["README.md"].decode()
    assert ModelCard(card).data.to_dict()["language"] == ["de", "it"]
    blocks = re.findall(r"```python\n(.+?)```", card, flags=re.DOTALL)
    assert len(blocks) == 2
    emotion, label = (
        python(f"{code}\n{last}", hub=hub, cache=tmp_path / "readers")
        for code, last in zip(blocks, ("", "print(labels[0])"), strict=True)
    )
    classes = ("anger", "happiness", "neutral", "sadness")
    assert emotion.split()[0] in classes and label in classes


def test_encoder_is_fetched_at_the_revision_that_was_trained_on(
    data, hub, tmp_path, monkeypatch
):
    for name, value in hub.environment(tmp_path / "mine").items():
        monkeypatch.setenv(name, value)
    folder = encoders.make(tmp_path / "encoder", "wav2vec2_layer")
    revision = hub.hold(ENCODER, folder)
    run = train(data, tmp_path / "run", "--encoder", ENCODER)
    written = (run / "model" / "hyperparams.yaml").read_text()
    assert f"source: {ENCODER}" in written and revision in written
    assert not (run / "model" / "encoder.ckpt").exists()

    python(PUBLISH, run, ID, "north", hub=hub, cache=tmp_path / "mine")
    card = ModelCard(hub.head(ID).files["README.md"].decode())
    assert card.data.to_dict()["base_model"] == ENCODER

    # The owners publish another revision.
    other = encoders.make(
        tmp_path / "encoder", "wav2vec2_layer", hidden_size=16
    )
    assert hub.hold(ENCODER, other) != revision
    compare(run, data, hub=hub, cache=tmp_path / "theirs")
    assert not any(f"{ENCODER}/resolve/main" in asked for asked in hub.asked)
