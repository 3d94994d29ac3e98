"""Self-training of a logistic regression with pseudo-labels of the target."""

import dataclasses
from typing import ClassVar

import numpy as np

from speechbrain_clser.adaptation.base import Adaptation, require
from speechbrain_clser.adaptation.linear import (
    cell_weights,
    fit_linear,
    linear_posteriors,
    linear_shapes,
)


@dataclasses.dataclass(frozen=True)
class SelfTraining(Adaptation):
    """Train a logistic regression on the source and on pseudo-labels.

    Each round assigns pseudo-labels to the most confident target utterances of
    each predicted class and trains again; in the first round they are those of
    the unadapted classifier. The result depends on the vectors only. The summary
    of the source contains its vectors and labels.

    Arguments
    ---------
    fractions : tuple of float
        Fractions of the utterances of a predicted class that get a
        pseudo-label, one per round, 0-1.
    weight : float
        Weight of a target class relative to a class of one source corpus.

    Raises
    ------
    ValueError
        If a constant is out of range.

    Example
    -------
    >>> rng = np.random.default_rng(0)
    >>> labels = np.arange(60) % 2
    >>> vectors = rng.normal(size=(60, 4)) + 4 * labels[:, None]
    >>> adaptation = SelfTraining()
    >>> summary = adaptation.summarise(vectors, labels, 2)
    >>> p = np.where(labels[:, None] == [0, 1], 0.6, 0.4)
    >>> adapted = adaptation.fit(summary, vectors, p).predict(vectors, p)
    >>> bool((adapted.argmax(axis=1) == labels).all())
    True
    """

    fractions: tuple = (0.3, 0.45, 0.6)
    weight: float = 0.5

    name: ClassVar[str] = "self_training"
    grid: ClassVar[dict] = {
        "fractions": ((0.15, 0.3, 0.45), (0.3, 0.45, 0.6), (0.5, 0.7, 0.9)),
    }

    def __post_init__(self):
        # Constants from JSON are lists.
        object.__setattr__(self, "fractions", tuple(self.fractions))
        require(
            self.fractions and all(0 < f <= 1 for f in self.fractions),
            "fractions above 0 and at most 1",
            self.fractions,
        )
        require(self.weight > 0, "weight above 0", self.weight)

    def _summarise(self, vectors, labels, n_classes, corpora):
        weights = cell_weights(labels, corpora)
        return {"vectors": vectors, "labels": labels, "weights": weights}

    def state_shapes(self, dim, n_classes):
        """Return the shapes of the logistic regression; see ``Adaptation``."""
        return linear_shapes(dim, n_classes)

    def _fit(self, source, vectors, posteriors):
        n_classes = posteriors.shape[1]
        for fraction in self.fractions:
            rows = most_confident(posteriors, fraction)
            labels = posteriors[rows].argmax(axis=1)
            count = np.bincount(labels, minlength=n_classes)
            model = fit_linear(
                np.concatenate([source["vectors"], vectors[rows]]),
                np.concatenate([source["labels"], labels]),
                np.concatenate(
                    [source["weights"], self.weight / count[labels]]
                ),
                n_classes,
            )
            posteriors = linear_posteriors(model, vectors)
        return model

    def _predict(self, state, vectors, posteriors):
        return linear_posteriors(state, vectors)


def most_confident(posteriors, fraction):
    """Return the most confident utterances of each predicted class.

    Arguments
    ---------
    posteriors : numpy.ndarray, (utterances, classes)
        Rows sum to 1.
    fraction : float
        Of the utterances of each predicted class, above 0; at least one is
        returned.

    Returns
    -------
    numpy.ndarray of int
        Rows, in ascending order.

    Example
    -------
    >>> p = np.array([[0.9, 0.1], [0.7, 0.3], [0.8, 0.2], [0.4, 0.6]])
    >>> most_confident(p, 0.6)
    array([0, 2, 3])
    """
    predicted, confidence = posteriors.argmax(axis=1), posteriors.max(axis=1)
    chosen = []
    for label in np.unique(predicted):
        (rows,) = np.nonzero(predicted == label)
        n_rows = max(1, round(fraction * len(rows)))
        order = np.argsort(-confidence[rows], kind="stable")
        chosen.append(rows[order[:n_rows]])
    return np.sort(np.concatenate(chosen))
