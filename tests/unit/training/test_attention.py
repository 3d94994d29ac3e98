"""Attention, written for one utterance of each class."""

import json

import pytest
import torch
from helpers import tiny
from unit.training.test_brain import brain_of

from speechbrain_clser.data.pipeline import dataset
from speechbrain_clser.methods.base import Method, MethodOutput
from speechbrain_clser.training.attention import write

ROWS = tiny.SCORED[:8]


class Watcher(Method):
    """Every frame looks at the last frame of the other side."""

    def __init__(self):
        super().__init__()
        self.scale = torch.nn.Parameter(torch.ones(()))

    def forward(self, batch):
        """Nothing of interest."""
        logits = batch["frames"][0][:, 0, : len(tiny.SCHEME)] * self.scale
        return MethodOutput(logits, logits)

    def attentions(self, batch):
        """Of as many frames as there are, and of half as many."""
        frames, lens = batch["frames"]
        n_first = (lens * frames.shape[1]).round().long()
        n_second = (n_first + 1) // 2
        n, m = frames.shape[1], int(n_second.max())
        there = torch.zeros(len(lens), n, m)
        there.scatter_(2, (n_second - 1)[:, None, None].expand(-1, n, 1), 1.0)
        back = torch.zeros(len(lens), m, n)
        back.scatter_(2, (n_first - 1)[:, None, None].expand(-1, m, 1), 1.0)
        return [
            {
                "names": ["one", "two"],
                "to_second": there,
                "to_first": back,
                "n_first": n_first,
                "n_second": n_second,
            }
        ]


def output(tmp_path, frames, method):
    brain = brain_of(tmp_path)
    brain.method = method
    training_rows = dataset(ROWS, {"frames": [frames]})
    write(brain, ROWS, training_rows, tiny.SCHEME, tmp_path, {"batch_size": 4})
    path = tmp_path / "attention.json"
    return json.loads(path.read_text()) if path.exists() else None


def test_maps_of_the_first_of_each_class_without_padding(tmp_path):
    frames = {row.id: torch.randn(4 + k, 6) for k, row in enumerate(ROWS)}
    found = output(tmp_path, frames, Watcher())
    classes = [one["target"] for one in found]
    assert classes == list(dict.fromkeys(tiny.SCHEME.classes))
    for one in found:
        (stage,) = one["stages"]
        n = len(frames[one["id"]])
        assert len(stage["to_second"]) == n
        assert stage["to_second"] == [[0.0] * ((n + 1) // 2 - 1) + [1.0]] * n
        assert stage["to_first"] == [[0.0] * (n - 1) + [1.0]] * ((n + 1) // 2)


def test_long_sides_are_averaged_and_rows_still_sum_to_one(tmp_path):
    frames = {row.id: torch.randn(300, 6) for row in ROWS}
    (stage,) = output(tmp_path, frames, Watcher())[0]["stages"]
    assert len(stage["to_second"]) == len(stage["to_second"][0]) == 32
    for row in stage["to_second"] + stage["to_first"]:
        assert sum(row) == pytest.approx(1, abs=1e-3)


def test_method_without_attention_writes_nothing(tmp_path):
    frames = {row.id: torch.randn(4, 6) for row in ROWS}
    assert output(tmp_path, frames, tiny.method_of()) is None
