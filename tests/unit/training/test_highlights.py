"""Highlights are written with the waveform of their utterance."""

import json

import pytest
import torch
from helpers import sounds, tiny
from unit.training.test_brain import brain_of

from speechbrain_clser.data.pipeline import dataset
from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.methods.base import Method, MethodOutput
from speechbrain_clser.training.highlights import outline, write


class Ear(Method):
    """Puts the highlight on the first frame of every utterance."""

    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(()))

    def forward(self, batch):
        """Say so."""
        frames, _ = batch["frames"]
        weights = torch.zeros(frames.shape[:2])
        weights[:, 0] = self.scale
        logits = frames[:, 0, : len(tiny.SCHEME)]
        return MethodOutput(logits, logits, {"highlights": weights})


@pytest.fixture
def rows(tmp_path):
    """Two utterances of each of two classes, of different lengths."""
    records = []
    for k, emotion in enumerate(["anger", "anger", "sadness", "sadness"]):
        wav = tmp_path / f"{k}.wav"
        sounds.write(wav, 0.1 * sounds.noise(str(k), 1600 * (k + 1)))
        records.append(
            Utterance(
                *(f"u{k}", str(wav), "X", "ann", "deu"),
                emotion=emotion,
                duration_s=0.1 * (k + 1),
            )
        )
    return records


def frames_of(rows):
    return {row.id: torch.randn(5 * (k + 1), 6) for k, row in enumerate(rows)}


def test_first_utterance_of_each_class_is_written(tmp_path, rows):
    brain = brain_of(tmp_path)
    brain.method = Ear()
    training_rows = dataset(rows, {"frames": [frames_of(rows)]})
    write(brain, rows, training_rows, tiny.SCHEME, tmp_path, {"batch_size": 4})
    records = json.loads((tmp_path / "highlights.json").read_text())
    assert [(one["id"], one["target"]) for one in records] == [
        ("u0", "anger"),
        ("u2", "sadness"),
    ]
    # Padding is no part of an utterance.
    assert [len(one["weights"]) for one in records] == [5, 15]
    assert records[0]["weights"][:2] == [1.0, 0.0]
    assert max(*records[0]["high"], *(-low for low in records[0]["low"])) == 1.0


def test_method_without_highlights_leaves_no_file(tmp_path, rows):
    training_rows = dataset(rows, {"frames": [frames_of(rows)]})
    brain = brain_of(tmp_path)
    write(brain, rows, training_rows, tiny.SCHEME, tmp_path, {"batch_size": 4})
    assert not (tmp_path / "highlights.json").exists()


def test_outline_of_a_short_sound_has_a_bin_for_each_sample():
    assert outline(torch.tensor([0.0, -2.0]))["low"] == [0.0, -1.0]
    assert outline(torch.zeros(3))["high"] == [0.0] * 3
