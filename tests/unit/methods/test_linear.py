import contextlib

import numpy as np
import torch
from helpers import tiny

from speechbrain_clser.methods.linear import Linear, utterance_vector


class Loader:
    """Loader of a dataset with the given rows."""

    class dataset(list):
        @staticmethod
        def output_keys_as(keys):
            return contextlib.nullcontext()

    def __init__(self, rows):
        self.dataset = Loader.dataset(rows)


def fitted(hidden=0):
    """Return a method fitted on the tiny rows, the last ``hidden`` unlabelled."""
    frames = tiny.frames_of(tiny.TRAIN)
    n_known = len(tiny.TRAIN) - hidden
    rows = [
        {
            "frames": frames[row.id],
            "emotion": tiny.SCHEME.index(row.emotion) if k < n_known else -1,
            "corpus": 0,
        }
        for k, row in enumerate(tiny.TRAIN)
    ]
    method = Linear(tiny.DIM, len(tiny.SCHEME)).eval()
    method.begin_epoch(Loader(rows))
    return method, rows


def test_statistics_are_those_of_scipy_population():
    frames = torch.randn(50, 3)
    mean, std = utterance_vector(frames).split(3)
    np.testing.assert_allclose(mean, frames.numpy().mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(std, frames.numpy().std(axis=0), rtol=1e-5)


def test_fitted_method_predicts_its_training_set():
    method, rows = fitted()
    predicted = [
        method({"frames": (row["frames"][None], torch.ones(1))}).logits.argmax()
        for row in rows
    ]
    assert predicted == [row["emotion"] for row in rows]
    assert not any(p.grad is not None for p in method.parameters())


def test_unlabelled_utterances_are_ignored():
    with_hidden, rows = fitted(hidden=16)
    alone = Linear(tiny.DIM, len(tiny.SCHEME))
    alone.begin_epoch(Loader(rows[:-16]))
    for name, value in alone.state_dict().items():
        torch.testing.assert_close(value, with_hidden.state_dict()[name])
