"""Joint distribution adaptive regression (JDAR)."""

import dataclasses
from typing import ClassVar

import numpy as np

from speechbrain_clser.adaptation.base import (
    Adaptation,
    nonzero_scale,
    require,
)
from speechbrain_clser.adaptation.linear import (
    cell_weights,
    linear_shapes,
)

SMALLEST = 1e-6  # posterior; also of the norm of a row, which is divided by


@dataclasses.dataclass(frozen=True)
class JDAR(Adaptation):
    """Regress labels on vectors while aligning the means of source and target.

    The least-squares regression of the one-hot labels on the standardised source
    vectors has two penalties: the squared differences, after projection, between
    source and target mean and between the means of each class, whose target
    labels are predicted in the round before; and the sum of the row norms of the
    projection, which selects dimensions. Each round solves it in closed form, with
    the norms of the round before. In the first round target labels are predicted
    by the unadapted classifier; later ones depend on the vectors only.

    Source
    ------
    Our reconstruction of Zhang et al., Cross-Corpus Speech Emotion Recognition Using
    Joint Distribution Adaptive Regression, ICASSP 2021, whose full text was not
    available to us. Weights of utterances, iteratively reweighted least squares and
    clipping of the regression values to posteriors are ours.

    Arguments
    ---------
    alignment : float
        Weight of the differences of means, 0 or more.
    sparsity : float
        Weight of the row norms, above 0.
    n_rounds : int
        Number of solutions.

    Raises
    ------
    ValueError
        If a constant is out of range.

    Example
    -------
    >>> rng = np.random.default_rng(0)
    >>> labels = np.arange(60) % 2
    >>> vectors = rng.normal(size=(60, 4)) + 4 * labels[:, None]
    >>> adaptation, p = JDAR(), np.where(labels[:, None] == [0, 1], 0.6, 0.4)
    >>> source = adaptation.summarise(vectors, labels, 2)
    >>> adapted = adaptation.fit(source, vectors, p).predict(vectors, p)
    >>> bool((adapted.argmax(axis=1) == labels).all())
    True
    """

    alignment: float = 0.1
    sparsity: float = 0.1
    n_rounds: int = 5

    name: ClassVar[str] = "jdar"
    grid: ClassVar[dict] = {
        "alignment": (0.01, 0.1, 1.0),
        "sparsity": (0.01, 0.1, 1.0),
    }

    def __post_init__(self):
        require(self.alignment >= 0, "alignment of 0 or more", self.alignment)
        require(self.sparsity > 0, "sparsity above 0", self.sparsity)
        require(self.n_rounds >= 1, "n_rounds of at least 1", self.n_rounds)

    def _summarise(self, vectors, labels, n_classes, corpora):
        weights = cell_weights(labels, corpora)
        weights = weights / weights.sum()
        mean = weights @ vectors
        scale = np.sqrt(weights @ np.square(vectors - mean))
        scale = nonzero_scale(scale)
        standardised = (vectors - mean) / scale
        shares = weights[:, None] * np.eye(n_classes)[labels]
        cross = standardised.T @ shares
        return {
            "mean": mean,
            "scale": scale,
            "gram": (weights[:, None] * standardised).T @ standardised,
            "cross": cross,
            "class_shares": shares.sum(axis=0),
            "class_means": (cross / shares.sum(axis=0)).T,
        }

    def state_shapes(self, dim, n_classes):
        """Return the shapes of the regression; see ``Adaptation``."""
        return linear_shapes(dim, n_classes)

    def _fit(self, source, vectors, posteriors):
        state = {
            "mean": source["mean"],
            "scale": source["scale"],
            "intercepts": source["class_shares"],
        }
        standardised = (vectors - source["mean"]) / source["scale"]
        penalty = np.ones(len(source["mean"]))
        for _ in range(self.n_rounds):
            predicted = posteriors.argmax(axis=1)
            # The mean of the standardised source is 0.
            gaps = [standardised.mean(axis=0)]
            for k in np.unique(predicted):
                centre = standardised[predicted == k].mean(axis=0)
                gaps.append(centre - source["class_means"][k])
            gaps = np.stack(gaps)
            projection = np.linalg.solve(
                source["gram"]
                + self.alignment * gaps.T @ gaps
                + self.sparsity * np.diag(penalty),
                source["cross"],
            )
            norms = np.linalg.norm(projection, axis=1)
            penalty = 1 / (2 * np.maximum(norms, SMALLEST))
            state["coefficients"] = projection.T
            posteriors = self._predict(state, vectors, posteriors)
        return state

    def _predict(self, state, vectors, posteriors):
        standardised = (vectors - state["mean"]) / state["scale"]
        values = standardised @ state["coefficients"].T + state["intercepts"]
        values = np.clip(values, SMALLEST, 1.0)
        return values / values.sum(axis=1, keepdims=True)
