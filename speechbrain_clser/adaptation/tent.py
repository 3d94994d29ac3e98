"""Minimisation of the entropy on the target (TENT)."""

import dataclasses
from typing import ClassVar

import numpy as np

from speechbrain_clser.adaptation.base import (
    Adaptation,
    log_floored,
    nonzero_scale,
    require,
)
from speechbrain_clser.adaptation.linear import (
    cell_weights,
    fit_linear,
    linear_posteriors,
    linear_shapes,
)


@dataclasses.dataclass(frozen=True)
class Tent(Adaptation):
    """Minimise the entropy of a logistic regression on the target.

    The regression is trained on the source. On the target, vectors are
    standardised by the target's statistics; gradient descent on the mean entropy of
    the posteriors changes a scale and a shift of each dimension. The result
    depends on the vectors only.

    Source
    ------
    Wang, Shelhamer, Liu, Olshausen and Darrell, Tent: Fully Test-Time Adaptation by
    Entropy Minimization, ICLR 2021. There, batch normalisation layers
    of a network are changed; here, the standardisation in front of a linear
    classifier, so that the adaptation works after any method.

    Arguments
    ---------
    n_steps : int
        Number of gradient steps on all utterances; 0: target statistics only.
    rate : float
        Learning rate, above 0.

    Raises
    ------
    ValueError
        If a constant is out of range.

    Example
    -------
    >>> rng = np.random.default_rng(0)
    >>> labels = np.arange(60) % 2
    >>> vectors = rng.normal(size=(60, 4)) + 4 * labels[:, None]
    >>> adaptation, p = Tent(), np.where(labels[:, None] == [0, 1], 0.6, 0.4)
    >>> source = adaptation.summarise(vectors, labels, 2)
    >>> adapted = adaptation.fit(source, vectors + 9, p).predict(vectors + 9, p)
    >>> bool((adapted.argmax(axis=1) == labels).all())
    True
    """

    n_steps: int = 10
    rate: float = 0.1

    name: ClassVar[str] = "tent"
    grid: ClassVar[dict] = {"n_steps": (1, 10, 100)}

    def __post_init__(self):
        require(self.n_steps >= 0, "n_steps of at least 0", self.n_steps)
        require(self.rate > 0, "rate above 0", self.rate)

    def _summarise(self, vectors, labels, n_classes, corpora):
        return fit_linear(
            vectors, labels, cell_weights(labels, corpora), n_classes
        )

    def state_shapes(self, dim, n_classes):
        """Return the shapes of the logistic regression; see ``Adaptation``."""
        return linear_shapes(dim, n_classes)

    def _fit(self, source, vectors, posteriors):
        mean, scale = vectors.mean(axis=0), vectors.std(axis=0)
        scale = nonzero_scale(scale)
        standardised = (vectors - mean) / scale
        factor, shift = np.ones(len(mean)), np.zeros(len(mean))
        for _ in range(self.n_steps):
            state = _moved(source, mean, scale, factor, shift)
            slope = entropy_slope(linear_posteriors(state, vectors))
            slope = slope @ source["coefficients"] / len(vectors)
            factor = factor - self.rate * (slope * standardised).sum(axis=0)
            shift = shift - self.rate * slope.sum(axis=0)
        return _moved(source, mean, scale, factor, shift)

    def _predict(self, state, vectors, posteriors):
        return linear_posteriors(state, vectors)


def _moved(source, mean, scale, factor, shift):
    """Return the regression of vectors that are scaled and shifted first."""
    coefficients = source["coefficients"]
    return {
        "mean": mean,
        "scale": scale,
        "coefficients": coefficients * factor,
        "intercepts": source["intercepts"] + coefficients @ shift,
    }


def entropy_slope(posteriors):
    """Compute the gradient of the entropies with respect to the logits.

    Arguments
    ---------
    posteriors : numpy.ndarray, (utterances, classes)
        Rows sum to 1.

    Returns
    -------
    numpy.ndarray, (utterances, classes)
        -p_k (log p_k + H), in nats, with the entropy H of the row.

    Example
    -------
    >>> entropy_slope(np.array([[0.5, 0.5], [0.75, 0.25]])).round(3)
    array([[ 0.   ,  0.   ],
           [-0.206,  0.206]])
    """
    logs = log_floored(posteriors)
    entropy = -(posteriors * logs).sum(axis=1, keepdims=True)
    return -posteriors * (logs + entropy) + 0.0
