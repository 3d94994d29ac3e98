import contextlib
import math

import numpy as np
import pytest
import torch
from helpers import tiny

from speechbrain_clser.methods.linear import (
    Linear,
    balanced_weights,
    fit,
    utterance_vector,
)

VECTORS = np.random.default_rng(0).normal(size=(30, 4))
LABELS = np.arange(30) % 3


class Loader:
    """Of a data set whose rows are given."""

    class dataset(list):
        @staticmethod
        def output_keys_as(keys):
            return contextlib.nullcontext()

    def __init__(self, rows):
        self.dataset = Loader.dataset(rows)


def fitted(hidden=0):
    """A method fitted on the tiny rows, the last ``hidden`` without a label."""
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


def test_cells_of_different_size_weigh_the_same():
    weights = balanced_weights([0] * 6 + [1, 1, 0], ["a"] * 8 + ["b"])
    cells = weights[:6], weights[6:8], weights[8:]
    assert [cell.sum() for cell in cells] == pytest.approx([1, 1, 1])


def test_statistics_are_those_of_scipy_population():
    frames = torch.randn(50, 3)
    mean, std = utterance_vector(frames).split(3)
    np.testing.assert_allclose(mean, frames.numpy().mean(axis=0), atol=1e-6)
    np.testing.assert_allclose(std, frames.numpy().std(axis=0), rtol=1e-5)


def test_parameters_are_the_optimum_of_the_penalised_loss():
    weights = np.linspace(0.5, 1.5, 30)
    mean, scale, weight, bias = fit(VECTORS, LABELS, weights, 3, 0.3)
    weight, bias = (
        torch.tensor(values, requires_grad=True) for values in (weight, bias)
    )
    logits = torch.tensor((VECTORS - mean) / scale) @ weight.T + bias
    each = torch.nn.functional.cross_entropy(
        logits, torch.tensor(LABELS), reduction="none"
    )
    loss = 0.3 * (torch.tensor(weights) * each).sum()
    (loss + weight.square().sum() / 2).backward()
    for values in (weight, bias):
        np.testing.assert_allclose(values.grad, 0, atol=2e-3)


def test_two_classes_by_hand():
    _, _, weight, bias = fit(
        np.array([[-1.0], [1.0]]), np.array([0, 2]), np.ones(2), 3
    )
    # With z = ±1, w the difference of the logits a unit and the penalty
    # w² / 2 of scikit-learn's binary model: w = 2 / (1 + exp(w)).
    slope = weight[2, 0] - weight[0, 0]
    assert slope == pytest.approx(2 / (1 + math.exp(slope)), abs=1e-3)
    assert weight[1, 0] == 0 and bias[1] == -30


def test_class_without_rows_is_never_predicted():
    _, _, weight, bias = fit(VECTORS, LABELS + 1, np.ones(30), 5)
    logits = 100 * VECTORS @ weight.T + bias
    assert set(logits.argmax(axis=1)) == {1, 2, 3}


def test_one_class_is_refused():
    with pytest.raises(ValueError, match="two classes or more, found 30 of 1;"):
        fit(VECTORS, [1] * 30, np.ones(30), 3)


def test_fitted_method_predicts_its_training_set():
    method, rows = fitted()
    predicted = [
        method({"frames": (row["frames"][None], torch.ones(1))}).logits.argmax()
        for row in rows
    ]
    assert predicted == [row["emotion"] for row in rows]
    assert not any(p.grad is not None for p in method.parameters())


def test_utterances_without_label_do_not_count():
    with_hidden, rows = fitted(hidden=16)
    alone = Linear(tiny.DIM, len(tiny.SCHEME))
    alone.begin_epoch(Loader(rows[:-16]))
    for name, value in alone.state_dict().items():
        torch.testing.assert_close(value, with_hidden.state_dict()[name])


def test_constant_column_changes_nothing():
    padded = np.concatenate([VECTORS, np.full((30, 1), 7.0)], axis=1)
    *_, weight, bias = fit(VECTORS, LABELS, np.ones(30), 3)
    *_, other, other_bias = fit(padded, LABELS, np.ones(30), 3)
    np.testing.assert_allclose(other[:, :4], weight, atol=1e-4)
    np.testing.assert_allclose(other[:, 4], 0, atol=1e-12)
