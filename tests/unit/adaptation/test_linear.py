import math

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression

from speechbrain_clser.adaptation.linear import (
    C,
    cell_weights,
    fit_linear,
    linear_classifier,
    linear_posteriors,
    source_folds,
)

VECTORS = np.random.default_rng(0).normal(size=(30, 4))
LABELS = np.arange(30) % 3


def test_each_class_of_each_corpus_has_equal_weight():
    labels = np.array([0, 0, 0, 1, 0, 1, 1])
    corpora = np.array(["a", "a", "a", "a", "b", "b", "b"])
    weights = cell_weights(labels, corpora)
    np.testing.assert_allclose(
        weights, [1 / 3, 1 / 3, 1 / 3, 1, 1, 1 / 2, 1 / 2]
    )


@pytest.mark.parametrize("n_classes", [2, 4])
def test_posteriors_equal_scikit_learn(n_classes):
    rng = np.random.default_rng(0)
    labels = np.arange(40) % n_classes
    vectors = rng.normal(size=(40, 3)) + labels[:, None]
    model = fit_linear(vectors, labels, np.ones(40), n_classes)
    theirs = LogisticRegression(C=C, max_iter=5000)
    scaled = (vectors - vectors.mean(axis=0)) / vectors.std(axis=0)
    np.testing.assert_allclose(
        linear_posteriors(model, vectors),
        theirs.fit(scaled, labels).predict_proba(scaled),
        atol=1e-9,
    )


def test_column_that_is_constant_in_training_changes_nothing():
    vectors = np.array([[0.0, 5.0], [1.0, 5.0], [4.0, 5.0], [5.0, 5.0]])
    labels, corpora = np.array([0, 0, 1, 1]), np.array(["a"] * 4)
    others = np.array([[2.5, 5.0]])
    found = linear_classifier(vectors, labels, corpora, 2, others)
    np.testing.assert_allclose(found, [[0.5, 0.5]], atol=1e-6)


def test_parameters_are_the_optimum_of_the_penalised_loss():
    weights = np.linspace(0.5, 1.5, 30)
    model = fit_linear(VECTORS, LABELS, weights, 3, 0.3)
    weight, bias = (
        torch.tensor(model[name], requires_grad=True)
        for name in ("coefficients", "intercepts")
    )
    scaled = torch.tensor((VECTORS - model["mean"]) / model["scale"])
    logits = scaled @ weight.T + bias
    each = torch.nn.functional.cross_entropy(
        logits, torch.tensor(LABELS), reduction="none"
    )
    loss = 0.3 * (torch.tensor(weights) * each).sum()
    (loss + weight.square().sum() / 2).backward()
    for values in (weight, bias):
        np.testing.assert_allclose(values.grad, 0, atol=2e-3)


def test_two_classes_by_hand():
    model = fit_linear([[-1.0], [1.0]], [0, 2], np.ones(2), 3, 1.0)
    weight, bias = model["coefficients"], model["intercepts"]
    # With z = ±1, w the difference of the logits a unit and the penalty
    # w² / 2 of scikit-learn's binary model: w = 2 / (1 + exp(w)).
    slope = weight[2, 0] - weight[0, 0]
    assert slope == pytest.approx(2 / (1 + math.exp(slope)), abs=1e-3)
    assert weight[1, 0] == 0 and bias[1] == -30


def test_class_without_rows_is_never_predicted():
    model = fit_linear(VECTORS, LABELS + 1, np.ones(30), 5)
    found = linear_posteriors(model, 100 * VECTORS).argmax(axis=1)
    assert set(found) == {1, 2, 3}


def test_one_class_raises():
    with pytest.raises(ValueError, match="two classes or more, found 30 of 1;"):
        fit_linear(VECTORS, [1] * 30, np.ones(30), 3)


def test_speakers_of_one_corpus_are_held_out_in_groups():
    speakers = np.array([*"abcdef"] * 2)
    folds = source_folds(["north"] * 12, speakers)
    assert [*folds] == [f"speakers {n}/4" for n in range(1, 5)]
    for held in folds.values():
        assert not set(speakers[held]) & set(speakers[~held])
    assert sum(folds.values()).tolist() == [1] * 12
