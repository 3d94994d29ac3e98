"""Whether a classifier is as sure as it should be, as pure functions."""

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
    """Hold confidence against accuracy, in bins of equal width.

    The confidence of an answer is its probability, the highest of the row.
    A bin includes its upper edge, not its lower one.

    Arguments
    ---------
    probabilities : numpy.ndarray, (utterances, classes)
        Columns in the order of ``classes``.
    target : sequence, (utterances,)
        What was meant.
    classes : sequence, (classes,)
        All classes of the scheme.
    n_bins : int
        Equal parts of 0-1.

    Returns
    -------
    list of dict
        Per bin ``low``, ``high``, ``n``, mean ``confidence`` and
        ``accuracy``, both nan for an empty bin.

    Raises
    ------
    ValueError
        If probabilities and targets do not fit together.

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
    answers = probabilities.argmax(axis=1)
    meant = np.array([list(classes).index(name) for name in target], dtype=int)
    confidence = probabilities[np.arange(len(answers)), answers]
    edges = np.linspace(0.0, 1.0, n_bins + 1)
    bins = np.searchsorted(edges[1:-1], confidence)
    n = np.bincount(bins, minlength=n_bins)
    confidences = ratio(np.bincount(bins, confidence, n_bins), n)
    accuracies = ratio(np.bincount(bins, answers == meant, n_bins), n)
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
    """Average the distance between confidence and accuracy over the answers.

    Arguments
    ---------
    probabilities : numpy.ndarray, (utterances, classes)
        Columns in the order of ``classes``.
    target : sequence, (utterances,)
        What was meant.
    classes : sequence, (classes,)
        All classes of the scheme.
    n_bins : int
        Equal parts of 0-1.

    Returns
    -------
    float
        0-1, 0 is best; nan without utterances.

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
