"""Smoothing of posteriors between neighbouring target vectors (LAME)."""

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
from speechbrain_clser.adaptation.t3a import unit_rows

SAME = 1 - 1e-9  # cosine of a vector and itself
TOLERANCE = 1e-8


@dataclasses.dataclass(frozen=True)
class LAME(Adaptation):
    """Assign similar posteriors to neighbouring utterances of the target.

    Each round multiplies the posteriors of the classifier by the exponential of
    the summed assignments of the nearest neighbours, and normalises them. Other
    utterances of the target get a last round, with neighbours among the fitted
    ones. An utterance is no neighbour of an identical vector. The fitted state
    contains the vectors of the target.

    Source
    ------
    Boudiaf, Mueller, Ben Ayed and Bertinetto, Parameter-free Online Test-time
    Adaptation, CVPR 2022, with a symmetric k-NN affinity replaced by
    that of each utterance to its own neighbours, which serves new utterances too.

    Arguments
    ---------
    n_neighbours : int
        Number of neighbours, by cosine similarity of standardised vectors.
    n_rounds : int
        Maximum number of rounds.

    Raises
    ------
    ValueError
        If a constant is out of range.

    Example
    -------
    >>> labels = np.arange(20) % 2
    >>> rng = np.random.default_rng(0)
    >>> vectors = rng.normal(size=(20, 2)) + np.eye(2)[labels] * [9, -9]
    >>> p = np.where(labels[:, None] == [0, 1], 0.6, 0.4)
    >>> p[0] = 0.45, 0.55  # unlike its neighbours
    >>> adaptation = LAME(n_neighbours=3)
    >>> source = adaptation.summarise(vectors, labels, 2)
    >>> fitted = adaptation.fit(source, vectors, p)
    >>> fitted.predict(vectors, p)[:2].argmax(axis=1)
    array([0, 1])
    """

    n_neighbours: int = 5
    n_rounds: int = 100

    name: ClassVar[str] = "lame"
    grid: ClassVar[dict] = {"n_neighbours": (1, 3, 5)}

    def __post_init__(self):
        for field in ("n_neighbours", "n_rounds"):
            value = getattr(self, field)
            require(value >= 1, f"{field} of at least 1", value)

    def _summarise(self, vectors, labels, n_classes, corpora):
        mean, scale = vectors.mean(axis=0), vectors.std(axis=0)
        return {"mean": mean, "scale": nonzero_scale(scale)}

    def state_shapes(self, dim, n_classes):
        """Return the shapes of fitted utterances and scaling; see ``Adaptation``."""
        return {
            "mean": (dim,),
            "scale": (dim,),
            "units": (None, dim),
            "assignments": (None, n_classes),
        }

    def is_usable(self, state):
        """Return whether each fitted vector has an assignment; see ``Adaptation``."""
        n_units, n_assigned = len(state["units"]), len(state["assignments"])
        return super().is_usable(state) and n_units == n_assigned > 0

    def _fit(self, source, vectors, posteriors):
        state = {**source, "units": _units(source, vectors)}
        affinity = self._affinity(state, state["units"])
        logs, assigned = log_floored(posteriors), posteriors
        for _ in range(self.n_rounds):
            before = assigned
            assigned = normalise_rows(logs + affinity @ before)
            if np.abs(assigned - before).max() < TOLERANCE:
                break
        return {**state, "assignments": assigned}

    def _predict(self, state, vectors, posteriors):
        affinity = self._affinity(state, _units(state, vectors))
        return normalise_rows(
            log_floored(posteriors) + affinity @ state["assignments"]
        )

    def _affinity(self, state, units):
        """Return 1 for the nearest fitted utterances of each, else 0."""
        cosine = units @ state["units"].T
        cosine = np.where(cosine > SAME, -np.inf, cosine)
        n = min(self.n_neighbours, cosine.shape[1])
        nearest = np.argpartition(-cosine, n - 1, axis=1)[:, :n]
        affinity = np.zeros(cosine.shape)
        np.put_along_axis(affinity, nearest, 1.0, axis=1)
        return np.where(np.isfinite(cosine), affinity, 0.0)


def _units(state, vectors):
    return unit_rows((vectors - state["mean"]) / state["scale"])
