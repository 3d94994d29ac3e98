"""Re-estimation of the class priors of the target by EM."""

import dataclasses
from typing import ClassVar

import numpy as np

from speechbrain_clser.adaptation.base import (
    Adaptation,
    log_floored,
    normalise_rows,
    require,
)

LEAST_SHARE = 1e-6
TOLERANCE = 1e-9


@dataclasses.dataclass(frozen=True)
class EMPrior(Adaptation):
    """Scale posteriors by the estimated class shares of the target.

    Each round scales the posteriors by the shares relative to those of the
    training, which are equal because training and baselines weight classes
    equally, and takes their mean as the next shares. It assumes that the
    posteriors are calibrated and that only the class shares differ; neither holds
    across languages, so it is a negative control.

    Source
    ------
    Saerens, Latinne and Decaestecker, Adjusting the Outputs of a Classifier to
    New a Priori Probabilities, Neural Computation 14(1), 2002.

    Arguments
    ---------
    n_rounds : int
        Maximum number of rounds.

    Raises
    ------
    ValueError
        If the number is not positive.

    Example
    -------
    >>> p = np.array([[0.8, 0.2], [0.4, 0.6]] * 10)
    >>> adaptation, vectors = EMPrior(n_rounds=1), np.zeros((20, 1))
    >>> source = adaptation.summarise(vectors, [0, 1] * 10, 2)
    >>> adaptation.fit(source, vectors, p).predict(vectors, p)[
    ...     1
    ... ]  # shares 3 : 2
    array([0.5, 0.5])
    """

    n_rounds: int = 1000

    name: ClassVar[str] = "em_prior"

    def __post_init__(self):
        require(self.n_rounds >= 1, "n_rounds of at least 1", self.n_rounds)

    def _summarise(self, vectors, labels, n_classes, corpora):
        return {}

    def state_shapes(self, dim, n_classes):
        """Return the shape of the factors; see ``Adaptation``."""
        return {"log_factors": (n_classes,)}

    def _fit(self, source, vectors, posteriors):
        logs = log_floored(posteriors)
        shares = np.full(posteriors.shape[1], 1 / posteriors.shape[1])
        for _ in range(self.n_rounds):
            before = shares
            shares = normalise_rows(logs + np.log(shares)).mean(axis=0)
            # A share of 0 has no logarithm.
            shares = np.maximum(shares, LEAST_SHARE)
            if np.abs(shares - before).max() < TOLERANCE:
                break
        return {"log_factors": np.log(shares * len(shares))}

    def _predict(self, state, vectors, posteriors):
        return normalise_rows(log_floored(posteriors) + state["log_factors"])
