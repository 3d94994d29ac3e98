"""Classification metrics, as pure functions.

Metrics are computed from confusion counts, with any number of leading axes; ``uar``
also takes labels, and ``jensen_shannon`` distributions. Each metric is a mean of ratios
of sums (``recall_terms``, ``wa_terms``, ``f1_terms``, ``weighted_f1_terms``), from
which ``statistics`` derives its variance.

Labels may be names or indices that ``classes`` lists.
"""

from collections.abc import Hashable, Sequence

import numpy as np


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Divide elementwise; NaN where the denominator is 0.

    Arguments
    ---------
    part, whole : numpy.ndarray or float
        Of shapes that can be broadcast.

    Returns
    -------
    numpy.ndarray
        Of the broadcast shape.

    Example
    -------
    >>> ratio([1, 0], [2, 0])
    array([0.5, nan])
    """
    part, whole = np.asarray(part, float), np.asarray(whole, float)
    empty = np.full(np.broadcast(part, whole).shape, np.nan)
    return np.divide(part, whole, out=empty, where=whole > 0)


def confusion_matrix(
    target: Sequence[Hashable],
    predicted: Sequence[Hashable],
    classes: Sequence[Hashable],
) -> np.ndarray:
    """Compute the confusion matrix.

    Arguments
    ---------
    target : sequence, (utterances,)
        Reference labels.
    predicted : sequence, (utterances,)
        Predicted labels.
    classes : sequence, (classes,)
        Order of rows and columns.

    Returns
    -------
    numpy.ndarray, (classes, classes)
        Utterances; targets are rows, predictions are columns.

    Raises
    ------
    ValueError
        If the lengths differ or a label is none of ``classes``.

    Example
    -------
    >>> confusion_matrix(["a", "a", "b"], ["a", "b", "b"], ["a", "b"])
    array([[1, 1],
           [0, 1]])
    """
    if len(target) != len(predicted):
        raise ValueError(
            f"expected one prediction per target, found {len(target)} "
            f"targets but {len(predicted)} predictions"
        )
    place = {name: index for index, name in enumerate(classes)}
    unknown = {*target, *predicted} - place.keys()
    if unknown:
        raise ValueError(
            f"expected labels among {list(classes)}, found "
            f"{sorted(map(str, unknown))}; give all classes of the scheme"
        )
    rows = np.array([place[name] for name in target], dtype=int)
    columns = np.array([place[name] for name in predicted], dtype=int)
    cells = np.bincount(rows * len(place) + columns, minlength=len(place) ** 2)
    return cells.reshape(len(place), len(place))


def recall_terms(confusion: np.ndarray) -> tuple:
    """Return numerators and denominators of the recalls, whose mean is UAR.

    Arguments
    ---------
    confusion : numpy.ndarray, (..., classes, classes)
        Targets are rows.

    Returns
    -------
    tuple of (numpy.ndarray, numpy.ndarray), (..., classes)
        Utterances; both are additive over speakers.

    Example
    -------
    >>> recall_terms(np.array([[3, 1], [1, 1]]))
    (array([3, 1]), array([4, 2]))
    """
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    return hits, np.sum(confusion, axis=-1)


def wa_terms(confusion: np.ndarray) -> tuple:
    """Return numerator and denominator of WA.

    Arguments
    ---------
    confusion : numpy.ndarray, (..., classes, classes)
        Targets are rows.

    Returns
    -------
    tuple of (numpy.ndarray, numpy.ndarray), (..., 1)
        Utterances; both are additive over speakers.

    Example
    -------
    >>> wa_terms(np.array([[3, 1], [1, 1]]))
    (array([4]), array([6]))
    """
    hits = np.trace(confusion, axis1=-2, axis2=-1)
    return hits[..., None], np.sum(confusion, axis=(-2, -1))[..., None]


def f1_terms(confusion: np.ndarray) -> tuple:
    """Return numerators and denominators of F1, whose mean is macro-F1.

    Arguments
    ---------
    confusion : numpy.ndarray, (..., classes, classes)
        Targets are rows.

    Returns
    -------
    tuple of (numpy.ndarray, numpy.ndarray), (..., classes)
        Utterances; both are additive over speakers.

    Example
    -------
    >>> f1_terms(np.array([[3, 1], [1, 1]]))
    (array([6, 2]), array([8, 4]))
    """
    hits = np.diagonal(confusion, axis1=-2, axis2=-1)
    return 2 * hits, np.sum(confusion, -1) + np.sum(confusion, -2)


def weighted_f1_terms(confusion: np.ndarray) -> tuple:
    """Return numerator and denominator of weighted F1 of each speaker.

    Weighted F1 is no ratio of sums: the numerators are its linear approximation at the
    sum over the speakers, where it is exact.

    Arguments
    ---------
    confusion : numpy.ndarray, (..., speakers, classes, classes)
        Targets are rows.

    Returns
    -------
    tuple of (numpy.ndarray, numpy.ndarray), (..., speakers, 1)
        Utterances.

    Example
    -------
    >>> speakers = np.array([[[2, 0], [0, 0]], [[0, 1], [0, 1]]])
    >>> part, whole = weighted_f1_terms(speakers)
    >>> round(float(part.sum() / whole.sum()), 3)
    0.767
    """
    n = np.sum(confusion, axis=-1)
    part, whole = f1_terms(confusion)
    n_all, part_all, whole_all = (
        np.sum(one, axis=-2, keepdims=True) for one in (n, part, whole)
    )
    f1 = ratio(part_all, whole_all)
    linear = f1 * n + n_all * ratio(part - f1 * whole, whole_all)
    return np.nansum(linear, axis=-1)[..., None], n.sum(axis=-1)[..., None]


def mean_ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Average the defined ratios.

    Arguments
    ---------
    part, whole : numpy.ndarray, (..., terms)
        Numerators and denominators.

    Returns
    -------
    numpy.ndarray, (...)
        NaN if no denominator is positive.

    Example
    -------
    >>> float(mean_ratio([1, 0, 3], [2, 0, 3]))
    0.75
    """
    ratios = ratio(part, whole)
    n_defined = np.sum(~np.isnan(ratios), axis=-1)
    return ratio(np.nansum(ratios, axis=-1), n_defined)


def recalls_of(confusion: np.ndarray) -> np.ndarray:
    """Compute the recall of each class from confusion counts.

    Arguments
    ---------
    confusion : numpy.ndarray, (..., classes, classes)
        Targets are rows.

    Returns
    -------
    numpy.ndarray, (..., classes)
        0-1; NaN for a class without targets.

    Example
    -------
    >>> recalls_of(np.array([[1, 1], [0, 0]]))
    array([0.5, nan])
    """
    return ratio(*recall_terms(confusion))


def uar_of(confusion: np.ndarray) -> np.ndarray:
    """Compute the unweighted average recall from confusion counts.

    Arguments
    ---------
    confusion : numpy.ndarray, (..., classes, classes)
        Targets are rows.

    Returns
    -------
    numpy.ndarray, (...)
        Unweighted average recall (UAR) over the classes with targets, 0-1; NaN
        without targets.

    Example
    -------
    >>> float(uar_of(np.array([[3, 1, 0], [1, 1, 0], [0, 0, 0]])))
    0.625
    """
    return mean_ratio(*recall_terms(confusion))


def wa_of(confusion: np.ndarray) -> np.ndarray:
    """Compute the accuracy from confusion counts.

    Arguments
    ---------
    confusion : numpy.ndarray, (..., classes, classes)
        Targets are rows.

    Returns
    -------
    numpy.ndarray, (...)
        Weighted accuracy (WA), 0-1; NaN without targets.

    Example
    -------
    >>> float(wa_of(np.array([[3, 1], [0, 0]])))
    0.75
    """
    return mean_ratio(*wa_terms(confusion))


def macro_f1_of(confusion: np.ndarray) -> np.ndarray:
    """Compute macro-F1 from confusion counts.

    A class that was predicted but has no targets has F1 0 and is included, as
    in scikit-learn without ``labels``; a class without targets and predictions
    is not included.

    Arguments
    ---------
    confusion : numpy.ndarray, (..., classes, classes)
        Targets are rows.

    Returns
    -------
    numpy.ndarray, (...)
        0-1; NaN without targets.

    Example
    -------
    >>> float(macro_f1_of(np.array([[1, 1, 0], [0, 0, 0], [0, 0, 0]])))
    0.3333333333333333
    """
    return mean_ratio(*f1_terms(confusion))


def weighted_f1_of(confusion: np.ndarray) -> np.ndarray:
    """Compute weighted F1 from confusion counts.

    Arguments
    ---------
    confusion : numpy.ndarray, (..., classes, classes)
        Targets are rows.

    Returns
    -------
    numpy.ndarray, (...)
        F1 of the classes, weighted by their targets, 0-1; NaN without targets.

    Example
    -------
    >>> float(weighted_f1_of(np.array([[1, 1], [0, 0]])).round(3))
    0.667
    """
    n = np.sum(confusion, axis=-1)
    return ratio(np.nansum(n * ratio(*f1_terms(confusion)), -1), n.sum(-1))


def jensen_shannon(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Compute the Jensen-Shannon divergence of distributions, in bits.

    Arguments
    ---------
    first, second : numpy.ndarray, (..., classes)
        Rows sum to 1.

    Returns
    -------
    numpy.ndarray, (...)
        0 for equal distributions, 1 for those that share no class.

    Source
    ------
    Lin, Divergence Measures Based on the Shannon Entropy, IEEE Transactions on
    Information Theory 37, 1991.

    Example
    -------
    >>> jensen_shannon(
    ...     np.array([[1.0, 0.0]] * 2), np.array([[0.5, 0.5], [0, 1]])
    ... )
    array([0.31127812, 1.        ])
    """
    middle = (first + second) / 2
    return (
        sum(
            # 0 * log 0 is 0.
            one
            * np.log2(np.where(one > 0, one, 1) / np.where(one > 0, middle, 1))
            for one in (first, second)
        ).sum(axis=-1)
        / 2
    )


def uar(
    target: Sequence[Hashable],
    predicted: Sequence[Hashable],
    classes: Sequence[Hashable],
) -> float:
    """Compute the unweighted average recall (UAR).

    A class absent from ``target`` has no recall and is not included in the mean;
    reports list the absent classes.

    Arguments
    ---------
    target, predicted : sequence, (utterances,)
        Reference and predicted labels.
    classes : sequence, (classes,)
        All classes of the scheme.

    Returns
    -------
    float
        0-1; NaN without utterances.

    Example
    -------
    >>> uar(["a", "a", "b"], ["a", "b", "b"], ["a", "b", "c"])
    0.75
    """
    return float(uar_of(confusion_matrix(target, predicted, classes)))
