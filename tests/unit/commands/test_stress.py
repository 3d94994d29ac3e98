import json

import pytest
from helpers import served
from helpers.commands import clser, done, quiet  # noqa: F401

from speechbrain_clser.stress import runner
from speechbrain_clser.stress.conditions import conditions


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Export a model with random weights."""
    return served.make(tmp_path_factory.mktemp("model")).folder


@pytest.mark.slow
def test_model_is_tested_on_the_demo_corpus(model, tmp_path, monkeypatch):
    monkeypatch.setattr(runner, "conditions", lambda: conditions()[:2])
    options = ("--manifests", tmp_path / "manifests", "--device", "cpu")
    text = done("stress", model, "--protocol", "demo", *options)
    folder = model.parent / "stress"
    found = json.loads((folder / "stress.json").read_text())
    names = [row["name"] for row in found["conditions"]]
    assert names == ["clean", "white noise, 20 dB"]
    assert found["n_utterances"] == 192
    assert {row["group"] for row in found["gaps"]} == {"female", "male"}
    assert "white noise, 20 dB" in text and str(folder / "stress.html") in text


def test_protocol_of_other_classes_is_refused(model, tmp_path):
    path = tmp_path / "two.yaml"
    path.write_text(
        "sources: [demo]\ntargets: [demo:ind]\nclasses: [anger, neutral]\n"
    )
    result = clser("stress", model, "--protocol", path)
    assert result.exit_code == 1
    text = " ".join(result.output.split())
    assert "expected the classes of the model, anger, happiness" in text
