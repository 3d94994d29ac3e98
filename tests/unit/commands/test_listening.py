import json

import numpy as np
import pytest
from helpers import served, sounds
from helpers.commands import clser, done, quiet  # noqa: F401

from speechbrain_clser.inference import live


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Export a model with random weights."""
    return served.make(tmp_path_factory.mktemp("model")).folder


def pcm(samples):
    """Convert samples to signed integers of 16 bits."""
    return (samples * 32767).astype("<i2").tobytes()


def test_standard_input_becomes_json_lines(model, tmp_path):
    samples = np.concatenate([sounds.voice(8000), np.zeros(8000)])
    options = ("--window-s", 0.5, "--hop-s", 0.5, "--device", "cpu")
    text = done("listen", model, "-", *options, input=pcm(samples))
    one, two = map(json.loads, text.splitlines())
    assert (one["start_s"], one["end_s"], one["is_speech"]) == (0, 0.5, True)
    names = [name for name in one if name.startswith("p_")]
    assert sum(one[name] for name in names) == pytest.approx(1, abs=1e-5)
    assert one["probability"] == max(one[name] for name in names)
    assert (two["emotion"], two["probability"]) == ("no speech", None)
    assert {two[name] for name in names} == {None}

    out = tmp_path / "a.jsonl"
    for _ in range(2):
        done(
            *("listen", model, "-", *options, "--out", out, "--channels", 2),
            *("--channel", "left", "--min-confidence", 1),
            input=pcm(np.repeat(samples, 2)),
        )
    first, *_ = rows = [*map(json.loads, out.read_text().splitlines())]
    assert len(rows) == 4 and first["emotion"] == "unknown"
    assert first["p_anger"] == pytest.approx(one["p_anger"], abs=1e-5)


def test_interrupted_microphone_writes_the_rest(model, monkeypatch):
    def chunks(sample_rate_hz, n_channels, device):
        assert (sample_rate_hz, n_channels, device) == (16000, 1, 3)
        yield sounds.voice(8000)
        raise KeyboardInterrupt

    monkeypatch.setattr(live, "microphone_chunks", chunks)
    [row] = map(json.loads, done("listen", model, "--input", 3).splitlines())
    assert (row["start_s"], row["end_s"]) == (0, 0.5)


def test_file_is_refused_with_advice(model):
    result = clser("listen", model, "call.wav")
    assert result.exit_code == 2
    assert "classify files with clser predict" in " ".join(
        result.stderr.split()
    )
