"""Calibration metrics and temperature scaling, as pure functions."""

from collections.abc import Hashable, Sequence

import numpy as np

from speechbrain_clser.evaluation.metrics import ratio

N_BINS = 15


def calibration_bins(
    probabilities: np.ndarray,
    target: Sequence[Hashable],
    classes: Sequence[Hashable],
    n_bins: int = N_BINS,
) -> list:
    """Compute confidence and accuracy in bins of equal width.

    The confidence of a prediction is the highest probability of its row. A bin
    includes its upper edge, not its lower one.

    Arguments
    ---------
    probabilities : numpy.ndarray, (utterances, classes)
        Columns in the order of ``classes``.
    target : sequence, (utterances,)
        Reference labels.
    classes : sequence, (classes,)
        All classes of the scheme.
    n_bins : int
        Number of bins of 0-1.

    Returns
    -------
    list of dict
        Per bin ``low``, ``high``, ``n``, mean ``confidence`` and
        ``accuracy``, both NaN for an empty bin.

    Raises
    ------
    ValueError
        If the shapes of probabilities and targets do not match.

    Example
    -------
    >>> low, high = calibration_bins(
    ...     np.array([[0.9, 0.1], [0.7, 0.3]]), ["a", "b"], ["a", "b"], 2
    ... )
    >>> low["n"], high["n"], round(high["confidence"], 3), high["accuracy"]
    (0, 2, 0.8, 0.5)
    """
    probabilities = np.asarray(probabilities)
    if probabilities.shape != (len(target), len(classes)):
        raise ValueError(
            f"expected probabilities of shape {(len(target), len(classes))}, "
            f"a row per target and a column per class, found "
            f"{probabilities.shape}"
        )
    predicted = probabilities.argmax(axis=1)
    true_class = np.array(
        [list(classes).index(name) for name in target], dtype=int
    )
    confidence = probabilities[np.arange(len(predicted)), predicted]
    edges = np.linspace(0.0, 1.0, n_bins + 1)
    bins = np.searchsorted(edges[1:-1], confidence)
    n = np.bincount(bins, minlength=n_bins)
    confidences = ratio(np.bincount(bins, confidence, n_bins), n)
    accuracies = ratio(np.bincount(bins, predicted == true_class, n_bins), n)
    columns = (edges[:-1], edges[1:], n, confidences, accuracies)
    names = ("low", "high", "n", "confidence", "accuracy")
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [dict(zip(names, row, strict=True)) for row in rows]


def expected_calibration_error(
    probabilities: np.ndarray,
    target: Sequence[Hashable],
    classes: Sequence[Hashable],
    n_bins: int = N_BINS,
) -> float:
    """Compute the expected calibration error (ECE).

    Arguments
    ---------
    probabilities : numpy.ndarray, (utterances, classes)
        Columns in the order of ``classes``.
    target : sequence, (utterances,)
        Reference labels.
    classes : sequence, (classes,)
        All classes of the scheme.
    n_bins : int
        Number of bins of 0-1.

    Returns
    -------
    float
        0-1, 0 is best; NaN without utterances.

    Source
    ------
    Guo et al., On Calibration of Modern Neural Networks, ICML 2017, eq. 3.

    Example
    -------
    >>> sure = np.array([[0.9, 0.1], [0.9, 0.1]])
    >>> round(expected_calibration_error(sure, ["a", "b"], ["a", "b"]), 3)
    0.4
    """
    bins = calibration_bins(probabilities, target, classes, n_bins)
    gaps = [
        bin["n"] * abs(bin["accuracy"] - bin["confidence"])
        for bin in bins
        if bin["n"]
    ]
    return float(ratio(sum(gaps), len(target)))


def fit_temperature(
    probabilities: np.ndarray, target: np.ndarray, n_steps: int = 40
) -> float:
    """Fit the temperature of minimum negative log-likelihood.

    By bisection: the slope of the likelihood increases with the inverse
    temperature. Validation parts are small, and one without errors would have a
    temperature of 0, so the minimum is 0.5.

    Arguments
    ---------
    probabilities : numpy.ndarray, (utterances, classes)
        Of a part that is not in the training set.
    target : array, (utterances,) or (utterances, classes)
        Column of the reference label; or shares of votes.
    n_steps : int
        Steps of bisection.

    Returns
    -------
    float
        0.5-10; above 1 if the classifier is overconfident.

    Source
    ------
    Guo et al., On Calibration of Modern Neural Networks, ICML 2017, section
    4.2.

    Example
    -------
    >>> sure = np.array([[0.9, 0.1]] * 4)  # three of four are correct
    >>> round(fit_temperature(sure, [0, 0, 0, 1]), 3)
    2.0
    """
    logits = np.log(np.clip(probabilities, 1e-12, None))
    shares = np.asarray(target)
    if shares.ndim == 1:
        shares = np.eye(logits.shape[1])[shares]
    target_logits = (shares * logits).sum(axis=1)
    low, high = 0.1, 2.0  # of the inverse temperature
    for _ in range(n_steps):
        middle = (low + high) / 2
        expected = (tempered(probabilities, 1 / middle) * logits).sum(axis=1)
        if (expected - target_logits).mean() > 0:  # too sharp
            high = middle
        else:
            low = middle
    return float(2 / (low + high))


def tempered(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Apply a temperature to probabilities; the predicted class does not change.

    Arguments
    ---------
    probabilities : numpy.ndarray, (utterances, classes)
        Each row sums to 1.
    temperature : float
        Above 1 makes the distribution flatter.

    Returns
    -------
    numpy.ndarray, (utterances, classes)
        Each row sums to 1.

    Example
    -------
    >>> tempered(np.array([[0.9, 0.1]]), 2.0).round(2)
    array([[0.75, 0.25]])
    """
    logits = np.log(np.clip(probabilities, 1e-12, None)) / temperature
    powers = np.exp(logits - logits.max(axis=1, keepdims=True))
    return powers / powers.sum(axis=1, keepdims=True)
