"""Metrics of predicted values, as pure functions of sums over utterances.

The sums n, x, y, xx, yy and xy of targets x and predictions y are additive over
speakers, so that a speaker is added or left out without the utterances. Each metric
depends on ratios of these sums only. ``terms`` linearises it, so that ``statistics``
derives its variance like that of a ratio of sums.
"""

import numpy as np

N_SUMS = 6


def sums(target: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Compute the sums that all metrics are functions of.

    Arguments
    ---------
    target, predicted : numpy.ndarray, (utterances, dimensions)
        Values.

    Returns
    -------
    numpy.ndarray, (dimensions, 6)
        n, and the sums of x (target), y (predicted), x², y² and xy.

    Example
    -------
    >>> sums(np.array([[1.0], [3.0]]), np.array([[2.0], [2.0]])).tolist()
    [[2.0, 4.0, 4.0, 10.0, 8.0, 8.0]]
    """
    x, y = np.asarray(target, float), np.asarray(predicted, float)
    each = np.stack([np.ones_like(x), x, y, x**2, y**2, x * y], axis=-1)
    return each.sum(axis=0)


def _moments(found):
    """Return means, variances and covariance of sums."""
    n, x, y, xx, yy, xy = np.moveaxis(np.asarray(found, float), -1, 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mx, my = x / n, y / n
        return mx, my, xx / n - mx**2, yy / n - my**2, xy / n - mx * my


def _divide(part, whole):
    """Divide; NaN where the denominator is 0, apart from rounding."""
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(whole > 1e-12, part / whole, np.nan)


def ccc_of(found: np.ndarray) -> np.ndarray:
    """Compute the concordance correlation coefficient.

    Arguments
    ---------
    found : numpy.ndarray, (..., 6)
        See ``sums``.

    Returns
    -------
    numpy.ndarray, (...)
        From -1 to 1; 0 for a constant prediction, NaN if targets and
        predictions are the same constant.

    Source
    ------
    Lin, A Concordance Correlation Coefficient to Evaluate Reproducibility,
    Biometrics 45, 1989.

    Example
    -------
    >>> x = np.array([[0.0], [1.0]])
    >>> ccc_of(sums(x, x)), ccc_of(sums(x, x + 1))
    (array([1.]), array([0.33333333]))
    """
    mx, my, vx, vy, covariance = _moments(found)
    return _divide(2 * covariance, vx + vy + (mx - my) ** 2)


def pearson_of(found: np.ndarray) -> np.ndarray:
    """Compute Pearson's correlation coefficient.

    Arguments
    ---------
    found : numpy.ndarray, (..., 6)
        See ``sums``.

    Returns
    -------
    numpy.ndarray, (...)
        From -1 to 1; NaN for constant targets or predictions.

    Example
    -------
    >>> x = np.array([[0.0], [1.0], [2.0]])
    >>> float(pearson_of(sums(x, 3 - x))[0].round(6))
    -1.0
    """
    _, _, vx, vy, covariance = _moments(found)
    return _divide(covariance, np.sqrt(np.clip(vx * vy, 0, None)))


def rmse_of(found: np.ndarray) -> np.ndarray:
    """Compute the root mean square error.

    Arguments
    ---------
    found : numpy.ndarray, (..., 6)
        See ``sums``.

    Returns
    -------
    numpy.ndarray, (...)
        In the unit of the values.

    Example
    -------
    >>> x = np.array([[0.0], [1.0]])
    >>> rmse_of(sums(x, x + 0.5))
    array([0.5])
    """
    mx, my, vx, vy, covariance = _moments(found)
    square = vx + vy + (mx - my) ** 2 - 2 * covariance
    return np.sqrt(np.clip(square, 0, None))


METRICS = {"ccc": ccc_of, "pearson": pearson_of, "rmse": rmse_of}


def _slopes(name, found):
    """Return the derivatives of a metric by the means of y, x², … (..., 6).

    They are taken by the six sums divided by n, of which the first is constant.
    """
    mx, my, vx, vy, covariance = _moments(found)
    value, zero = METRICS[name](found), np.zeros_like(mx)
    with np.errstate(invalid="ignore", divide="ignore"):
        if name == "ccc":
            # 2 (xy - mx my) / (xx + yy - 2 mx my)
            whole = vx + vy + (mx - my) ** 2
            by_x, by_y = (2 * m * (value - 1) / whole for m in (my, mx))
            by_square = -value / whole
            slopes = (by_x, by_y, by_square, by_square, 2 / whole)
        elif name == "pearson":
            root = np.sqrt(np.clip(vx * vy, 0, None))
            by_xx, by_yy = (-value / (2 * v) for v in (vx, vy))
            by_x = -my / root - 2 * mx * by_xx
            by_y = -mx / root - 2 * my * by_yy
            slopes = (by_x, by_y, by_xx, by_yy, 1 / root)
        else:
            by_square = 1 / (2 * value)
            slopes = (zero, zero, by_square, by_square, -2 * by_square)
    return np.stack([zero, *slopes], axis=-1)


def terms(name: str, found: np.ndarray) -> tuple:
    """Return numerators and denominators of a metric for each speaker.

    The numerators are the linear approximation of the metric at the sum over the
    speakers, where it is exact, multiplied by the utterances of the speaker.

    Arguments
    ---------
    name : str
        One of ``METRICS``.
    found : numpy.ndarray, (..., speakers, dimensions, 6)
        See ``sums``.

    Returns
    -------
    tuple of (numpy.ndarray, numpy.ndarray), (..., speakers, dimensions)
        The sums of both over the speakers have the metric as ratio.

    Example
    -------
    >>> one = sums(np.array([[0.0], [1.0]]), np.array([[0.0], [0.5]]))
    >>> other = sums(np.array([[0.0], [2.0]]), np.array([[1.0], [2.0]]))
    >>> part, whole = terms("ccc", np.stack([one, other]))
    >>> float((part.sum() / whole.sum()).round(6)), whole.tolist()
    (0.75, [[2.0], [2.0]])
    """
    total = found.sum(axis=-3, keepdims=True)
    n, value = found[..., 0], METRICS[name](total)
    mean = total / total[..., :1]
    # A speaker moves each mean by its deviation from the mean of all.
    deviation = found - n[..., None] * mean
    return value * n + (deviation * _slopes(name, total)).sum(-1), n
