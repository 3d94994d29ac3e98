import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from speechbrain_clser.adaptation.linear import (
    cell_weights,
    fit_linear,
    linear_classifier,
    linear_posteriors,
)


def test_every_class_of_every_corpus_weighs_the_same():
    labels = np.array([0, 0, 0, 1, 0, 1, 1])
    corpora = np.array(["a", "a", "a", "a", "b", "b", "b"])
    weights = cell_weights(labels, corpora)
    np.testing.assert_allclose(
        weights, [1 / 3, 1 / 3, 1 / 3, 1, 1, 1 / 2, 1 / 2]
    )


@pytest.mark.parametrize("n_classes", [2, 4])
def test_posteriors_are_those_of_the_library(n_classes):
    rng = np.random.default_rng(0)
    labels = np.arange(40) % n_classes
    vectors = rng.normal(size=(40, 3)) + labels[:, None]
    model = fit_linear(vectors, labels, np.ones(40), n_classes)
    theirs = LogisticRegression(max_iter=5000)
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


def test_absent_class_is_an_error():
    with pytest.raises(ValueError, match=r"of 3 classes, found classes \[0, 1"):
        fit_linear(np.eye(2), [0, 1], np.ones(2), 3)
