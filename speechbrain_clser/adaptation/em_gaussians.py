"""Expectation-maximisation of class Gaussians on target vectors."""

import dataclasses
from typing import ClassVar

import numpy as np
import scipy.linalg

from speechbrain_clser.adaptation.base import (
    Adaptation,
    log_floored,
    nonzero_scale,
    normalise_rows,
    require,
)
from speechbrain_clser.errors import AdaptationError


@dataclasses.dataclass(frozen=True)
class EMGaussians(Adaptation):
    """Re-estimate one Gaussian per class on the unlabelled target.

    Vectors are projected on the first principal components of the
    standardised source. The model is initialised by the class means and the
    pooled covariance of the source; each round computes responsibilities from
    classifier and densities, r_nk ~ p_nk N(z_n; mean_k, covariance) **
    exponent, and re-estimates the means, shrunk towards those of the source,
    and the pooled covariance.

    Source
    ------
    Training-free EM for test-time adaptation in speech emotion recognition
    (EMO-TTA), arXiv:2509.25495; here all target utterances at once.

    Arguments
    ---------
    n_components : int
        Number of principal components of the source.
    prior_weight : float
        Weight of each source mean, as a number of target utterances.
    exponent : float
        Exponent of the densities, above 0: the weight of the vectors relative to
        the classifier.
    n_rounds : int
        Number of rounds of expectation and maximisation.
    ridge : float
        Added to the diagonal of covariances.

    Raises
    ------
    ValueError
        If a constant is out of range.

    Example
    -------
    >>> rng = np.random.default_rng(0)
    >>> labels = np.arange(60) % 2
    >>> source = rng.normal(size=(60, 4)) + 4 * labels[:, None]
    >>> adaptation = EMGaussians(n_components=2)
    >>> summary = adaptation.summarise(source, labels, 2)
    >>> p = np.where(labels[:, None] == [0, 1], 0.6, 0.4)
    >>> adapted = adaptation.fit(summary, source, p).predict(source, p)
    >>> bool((adapted.argmax(axis=1) == labels).all())
    True
    """

    n_components: int = 32
    prior_weight: float = 20.0
    exponent: float = 0.5
    n_rounds: int = 15
    ridge: float = 1e-2

    name: ClassVar[str] = "em_gaussians"
    grid: ClassVar[dict] = {
        "n_components": (16, 32, 64),
        "prior_weight": (5.0, 20.0, 80.0),
        "exponent": (0.25, 0.5, 1.0),
    }
    source_constants: ClassVar[tuple] = ("n_components", "ridge")

    def __post_init__(self):
        for field in ("n_components", "n_rounds"):
            value = getattr(self, field)
            require(value >= 1, f"{field} of at least 1", value)
        for field in ("prior_weight", "exponent", "ridge"):
            value = getattr(self, field)
            require(value > 0, f"{field} above 0", value)

    def _summarise(self, vectors, labels, n_classes, corpora):
        if self.n_components > min(vectors.shape[1], len(vectors) - 1):
            raise AdaptationError(
                "few dimensions",
                f"expected at least {self.n_components} dimensions and "
                f"{self.n_components + 1} source utterances for n_components "
                f"principal components, found {vectors.shape[1]} dimensions and "
                f"{len(vectors)} utterances; lower n_components",
            )
        mean, scale = vectors.mean(axis=0), vectors.std(axis=0)
        scale = nonzero_scale(scale)
        standardised = (vectors - mean) / scale
        dim = vectors.shape[1]
        _, components = scipy.linalg.eigh(
            standardised.T @ standardised,
            subset_by_index=[dim - self.n_components, dim - 1],
        )
        projected = standardised @ components
        weights = np.eye(n_classes)[labels]
        means = weights.T @ projected / weights.sum(axis=0)[:, None]
        return {
            "mean": mean,
            "scale": scale,
            "components": components,
            "class_means": means,
            "covariance": self._pooled(projected, weights, means),
        }

    def state_shapes(self, dim, n_classes):
        """Return the shapes of Gaussians and projection; see ``Adaptation``."""
        return {
            "mean": (dim,),
            "scale": (dim,),
            "components": (dim, self.n_components),
            "class_means": (n_classes, self.n_components),
            "covariance": (self.n_components, self.n_components),
        }

    def is_usable(self, state):
        """Return whether the covariance is valid; see ``Adaptation``."""
        covariance = state["covariance"]
        return (
            super().is_usable(state)
            and np.allclose(covariance, covariance.T)
            and bool(np.linalg.eigvalsh(covariance)[0] > 0)
        )

    def _fit(self, source, vectors, posteriors):
        state = dict(source)
        projected = _project(state, vectors)
        for _ in range(self.n_rounds):
            weights = self._responsibilities(state, projected, posteriors)
            total = weights.sum(axis=0)[:, None] + self.prior_weight
            prior = self.prior_weight * source["class_means"]
            means = (weights.T @ projected + prior) / total
            state["class_means"] = means
            state["covariance"] = self._pooled(projected, weights, means)
        return state

    def _predict(self, state, vectors, posteriors):
        projected = _project(state, vectors)
        return self._responsibilities(state, projected, posteriors)

    def _responsibilities(self, state, projected, posteriors):
        """Compute the expectation step: posteriors times powers of the densities."""
        # All classes share the covariance, so its determinant cancels.
        root = np.linalg.cholesky(state["covariance"])
        shift = projected[None] - state["class_means"][:, None]
        whitened = np.linalg.solve(root, shift.transpose(0, 2, 1))
        distance = np.square(whitened).sum(axis=1).T
        return normalise_rows(
            log_floored(posteriors) - self.exponent * distance / 2
        )

    def _pooled(self, projected, weights, means):
        """Compute the pooled within-class covariance, (dim, dim)."""
        covariance = self.ridge * np.eye(projected.shape[1])
        for weight, mean in zip(weights.T, means, strict=True):
            shift = projected - mean
            covariance += (weight[:, None] * shift).T @ shift / len(projected)
        return covariance


def _project(state, vectors):
    standardised = (vectors - state["mean"]) / state["scale"]
    return standardised @ state["components"]
