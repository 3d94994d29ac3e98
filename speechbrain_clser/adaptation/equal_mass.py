"""Scaling of posteriors to assumed class shares of the target (Sinkhorn)."""

import dataclasses
from typing import ClassVar

import numpy as np

from speechbrain_clser.adaptation.base import (
    Adaptation,
    log_floored,
    normalise_rows,
    require,
)
from speechbrain_clser.errors import AdaptationError

TOLERANCE = 1e-7


@dataclasses.dataclass(frozen=True)
class EqualMass(Adaptation):
    """Scale posteriors so that classes have the assumed shares of the target.

    Columns are scaled to the class shares and rows to 1, in turn, until
    convergence. The fitted factors of the columns are applied to other
    utterances. The shares are an assumption about the target that reports must
    state: by default all classes are equally frequent.

    Source
    ------
    Sinkhorn, R.: A relationship between arbitrary positive matrices and doubly
    stochastic matrices. The Annals of Mathematical Statistics 35(2), 1964.

    Arguments
    ---------
    shares : tuple of float, optional
        Assumed share of each class, above 0, with sum 1; by default uniform.
    max_rounds : int
        Maximum number of scalings.

    Raises
    ------
    ValueError
        If the shares are not a distribution.

    Example
    -------
    >>> p = np.array([[0.9, 0.1], [0.6, 0.4], [0.4, 0.6], [0.8, 0.2]] * 5)
    >>> adaptation, vectors = EqualMass(), np.zeros((20, 1))
    >>> source = adaptation.summarise(vectors, [0, 1] * 10, 2)
    >>> fitted = adaptation.fit(source, vectors, p)
    >>> fitted.predict(vectors, p).mean(axis=0).round(6)
    array([0.5, 0.5])
    """

    shares: tuple | None = None
    max_rounds: int = 10_000

    name: ClassVar[str] = "equal_mass"

    def __post_init__(self):
        if self.shares is not None:
            # Constants from JSON are lists.
            object.__setattr__(self, "shares", tuple(self.shares))
            is_valid = all(s > 0 for s in self.shares)
            is_valid = is_valid and abs(sum(self.shares) - 1) < 1e-6
            require(is_valid, "class shares above 0 that sum to 1", self.shares)
        require(
            self.max_rounds >= 1, "max_rounds of at least 1", self.max_rounds
        )

    def _summarise(self, vectors, labels, n_classes, corpora):
        self._shares_of(n_classes)
        return {}

    def state_shapes(self, dim, n_classes):
        """Return the shape of the factors; see ``Adaptation``."""
        return {"log_factors": (n_classes,)}

    def _fit(self, source, vectors, posteriors):
        shares = self._shares_of(posteriors.shape[1])
        logs = log_floored(posteriors)
        factors = np.zeros(len(shares))
        for _ in range(self.max_rounds):
            found = normalise_rows(logs + factors).mean(axis=0)
            if np.abs(found - shares).max() < TOLERANCE:
                return {"log_factors": factors}
            factors += np.log(shares) - np.log(found)
        raise AdaptationError(
            "no convergence",
            f"expected posteriors that can be scaled to the class shares "
            f"{shares.round(4).tolist()} in {self.max_rounds} rounds, found "
            f"shares of {found.round(4).tolist()}; posteriors near 0 or 1 do "
            "not converge: calibrate the classifier, or use no adaptation",
        )

    def _predict(self, state, vectors, posteriors):
        return normalise_rows(log_floored(posteriors) + state["log_factors"])

    def _shares_of(self, n_classes):
        shares = self.shares or (1 / n_classes,) * n_classes
        require(
            len(shares) == n_classes,
            f"one class share for each of {n_classes} classes",
            shares,
        )
        return np.array(shares)
