"""Class prototypes of confident target vectors (T3A)."""

import dataclasses
from typing import ClassVar

import numpy as np

from speechbrain_clser.adaptation.base import (
    Adaptation,
    log_floored,
    nonzero_scale,
    normalise_rows,
    require,
)


@dataclasses.dataclass(frozen=True)
class T3A(Adaptation):
    """Classify by the similarity to prototypes, adjusted on the target.

    The prototype of a class is the mean of the unit vector of its source mean and
    of those of the target utterances predicted as this class whose posteriors
    have the lowest entropies. The result depends on the vectors only.

    Source
    ------
    Iwasawa and Matsuo, Test-Time Classifier Adjustment Module for Model-Agnostic
    Domain Generalization, NeurIPS 2021. There, the weights of the
    last layer of the network start the prototypes and utterances come one by one;
    here, source means do so for any classifier, and all utterances come at once.

    Arguments
    ---------
    n_support : int
        Maximum number of target utterances of a prototype.
    scale : float
        Factor of the cosines before the softmax, above 0; it does not change the
        predicted class.

    Raises
    ------
    ValueError
        If a constant is out of range.

    Example
    -------
    >>> labels = np.arange(20) % 2
    >>> vectors = np.where(labels[:, None] == 0, [1.0, 0.0], [0.0, 1.0])
    >>> adaptation, p = T3A(), np.where(labels[:, None] == [0, 1], 0.6, 0.4)
    >>> source = adaptation.summarise(vectors, labels, 2)
    >>> fitted = adaptation.fit(source, vectors + [0.5, 0.0], p)
    >>> fitted.predict([[1.2, 0.4]], [[0.5, 0.5]]).argmax(axis=1)
    array([0])
    """

    n_support: int = 20
    scale: float = 10.0

    name: ClassVar[str] = "t3a"
    grid: ClassVar[dict] = {"n_support": (1, 5, 20, 100)}

    def __post_init__(self):
        require(self.n_support >= 1, "n_support of at least 1", self.n_support)
        require(self.scale > 0, "scale above 0", self.scale)

    def _summarise(self, vectors, labels, n_classes, corpora):
        mean, scale = vectors.mean(axis=0), vectors.std(axis=0)
        state = {"mean": mean, "scale": nonzero_scale(scale)}
        standardised = (vectors - mean) / state["scale"]
        means = [
            standardised[labels == k].mean(axis=0) for k in range(n_classes)
        ]
        return {**state, "prototypes": unit_rows(np.stack(means))}

    def state_shapes(self, dim, n_classes):
        """Return the shapes of prototypes and scaling; see ``Adaptation``."""
        return {
            "mean": (dim,),
            "scale": (dim,),
            "prototypes": (n_classes, dim),
        }

    def _fit(self, source, vectors, posteriors):
        units = unit_rows((vectors - source["mean"]) / source["scale"])
        entropy = -(posteriors * log_floored(posteriors)).sum(axis=1)
        order = np.argsort(entropy, kind="stable")
        predicted = posteriors.argmax(axis=1)[order]
        prototypes = []
        for k, start in enumerate(source["prototypes"]):
            chosen = units[order[predicted == k][: self.n_support]]
            prototypes.append((start + chosen.sum(axis=0)) / (1 + len(chosen)))
        return {**source, "prototypes": np.stack(prototypes)}

    def _predict(self, state, vectors, posteriors):
        units = unit_rows((vectors - state["mean"]) / state["scale"])
        return normalise_rows(self.scale * units @ state["prototypes"].T)


def unit_rows(vectors):
    """Scale vectors to length 1; zeros stay zeros.

    Arguments
    ---------
    vectors : numpy.ndarray, (rows, dim)
        Any finite values.

    Returns
    -------
    numpy.ndarray, (rows, dim)
        Of length 1 or 0.

    Example
    -------
    >>> unit_rows(np.array([[3.0, 4.0], [0.0, 0.0]]))
    array([[0.6, 0.8],
           [0. , 0. ]])
    """
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors / np.where(norms > 0, norms, 1.0)
