"""Values of single utterances are written with a caption."""

import json

import pytest
import torch
from helpers import sounds, tiny
from unit.training.test_brain import brain_of

from speechbrain_clser.data.pipeline import dataset
from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.methods.base import Method, MethodOutput
from speechbrain_clser.training.examples import outline, write


class Counting(Method):
    """Show the number of frames of every utterance, in two files."""

    def __init__(self, with_waveforms):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(()))
        self.SHOWS_WAVEFORMS = with_waveforms

    def forward(self, batch):
        """Return constant logits."""
        logits = batch["frames"][0][:, 0, : len(tiny.SCHEME)] * self.scale
        return MethodOutput(logits, logits)

    def examples(self, batch):
        """Return one number for each utterance."""
        frames, lens = batch["frames"]
        numbers = (lens * frames.shape[1]).round().long().tolist()
        return {"count": [{"n": n} for n in numbers], "other": [{}] * len(lens)}


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


def written(folder, rows, method):
    """Return the files that are written for a method."""
    brain = brain_of(folder)
    brain.method = method
    data = dataset(rows, {"frames": [frames_of(rows)]})
    before = {*folder.glob("*.json")}
    write(brain, rows, data, tiny.SCHEME, folder, {"batch_size": 4})
    return {
        path.stem: json.loads(path.read_text())
        for path in {*folder.glob("*.json")} - before
    }


def test_first_utterance_of_each_class_is_written(tmp_path, rows):
    files = written(tmp_path, rows, Counting(with_waveforms=False))
    caption = {"language": "deu", "target": "anger", "duration_s": 0.1}
    assert files["count"][0] == {"id": "u0", **caption, "n": 5}
    assert [(one["id"], one["n"]) for one in files["count"]] == [
        *(("u0", 5), ("u2", 15)),  # without padding
    ]
    assert files["other"][0] == {"id": "u0", **caption}


def test_waveforms_are_added_if_the_method_shows_them(tmp_path, rows):
    first, _ = written(tmp_path, rows, Counting(with_waveforms=True))["count"]
    assert max(*first["high"], *(-low for low in first["low"])) == 1.0


def test_method_without_examples_leaves_no_file(tmp_path, rows):
    assert written(tmp_path, rows, tiny.method_of()) == {}


def test_outline_of_a_short_sound_has_a_bin_for_each_sample():
    assert outline(torch.tensor([0.0, -2.0]))["low"] == [0.0, -1.0]
    assert outline(torch.zeros(3))["high"] == [0.0] * 3
