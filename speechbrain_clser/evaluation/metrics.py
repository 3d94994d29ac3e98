"""Scores of a classifier, as pure functions.

Every score follows from the confusion matrix, so each exists twice:
``uar(target, predicted, classes)`` for labels, and ``uar_of(confusion)`` for
counts. The second takes any number of leading axes, so ten thousand confusion
matrices are one call. Each score is a mean of ratios of sums (``recall_terms``,
``wa_terms``, ``f1_terms``), from which ``statistics`` derives its variance.

Labels may be names or indices, as long as ``classes`` lists them.
"""

from collections.abc import Hashable, Sequence

import numpy as np


def ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Divide; nan where there is nothing to divide by.

    Arguments
    ---------
    part, whole : numpy.ndarray or float
        Of shapes that go together.

    Returns
    -------
    numpy.ndarray
        Of their common shape.

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
    """Count how often each class was taken for each.

    Arguments
    ---------
    target : sequence, (utterances,)
        What was meant.
    predicted : sequence, (utterances,)
        What was answered.
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
    strange = {*target, *predicted} - place.keys()
    if strange:
        raise ValueError(
            f"expected labels among {list(classes)}, found "
            f"{sorted(map(str, strange))}; give all classes of the scheme"
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


def mean_ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Average ratios over those that are defined.

    Arguments
    ---------
    part, whole : numpy.ndarray, (..., terms)
        Numerators and denominators.

    Returns
    -------
    numpy.ndarray, (...)
        nan where no denominator is positive.

    Example
    -------
    >>> float(mean_ratio([1, 0, 3], [2, 0, 3]))
    0.75
    """
    ratios = ratio(part, whole)
    n_defined = np.sum(~np.isnan(ratios), axis=-1)
    return ratio(np.nansum(ratios, axis=-1), n_defined)


def recalls_of(confusion: np.ndarray) -> np.ndarray:
    """Find each class's recall in confusion counts.

    Arguments
    ---------
    confusion : numpy.ndarray, (..., classes, classes)
        Targets are rows.

    Returns
    -------
    numpy.ndarray, (..., classes)
        0-1; nan for a class without a target.

    Example
    -------
    >>> recalls_of(np.array([[1, 1], [0, 0]]))
    array([0.5, nan])
    """
    return ratio(*recall_terms(confusion))


def uar_of(confusion: np.ndarray) -> np.ndarray:
    """Average the recalls of the classes that have targets.

    Arguments
    ---------
    confusion : numpy.ndarray, (..., classes, classes)
        Targets are rows.

    Returns
    -------
    numpy.ndarray, (...)
        Unweighted average recall (UAR), 0-1; nan without any target.

    Example
    -------
    >>> float(uar_of(np.array([[3, 1, 0], [1, 1, 0], [0, 0, 0]])))
    0.625
    """
    return mean_ratio(*recall_terms(confusion))


def wa_of(confusion: np.ndarray) -> np.ndarray:
    """Find the share of utterances that were answered rightly.

    Arguments
    ---------
    confusion : numpy.ndarray, (..., classes, classes)
        Targets are rows.

    Returns
    -------
    numpy.ndarray, (...)
        Weighted accuracy (WA), 0-1; nan without any target.

    Example
    -------
    >>> float(wa_of(np.array([[3, 1], [0, 0]])))
    0.75
    """
    return mean_ratio(*wa_terms(confusion))


def macro_f1_of(confusion: np.ndarray) -> np.ndarray:
    """Average F1 over the classes that were meant or answered.

    A class that was answered but never meant has F1 0 and counts, as it does
    in scikit-learn when no labels are given; one that was neither does not.

    Arguments
    ---------
    confusion : numpy.ndarray, (..., classes, classes)
        Targets are rows.

    Returns
    -------
    numpy.ndarray, (...)
        0-1; nan without any target.

    Example
    -------
    >>> float(macro_f1_of(np.array([[1, 1, 0], [0, 0, 0], [0, 0, 0]])))
    0.3333333333333333
    """
    return mean_ratio(*f1_terms(confusion))


def recall_per_class(
    target: Sequence[Hashable],
    predicted: Sequence[Hashable],
    classes: Sequence[Hashable],
) -> dict:
    """Find the share of each class that was found.

    Arguments
    ---------
    target, predicted : sequence, (utterances,)
        What was meant, and what was answered.
    classes : sequence, (classes,)
        All classes of the scheme.

    Returns
    -------
    dict
        Class to recall, 0-1; nan for a class absent from ``target``.

    Example
    -------
    >>> recall_per_class(["a", "a", "b"], ["a", "b", "b"], ["a", "b", "c"])
    {'a': 0.5, 'b': 1.0, 'c': nan}
    """
    recalls = recalls_of(confusion_matrix(target, predicted, classes))
    return dict(zip(classes, recalls.tolist(), strict=True))


def uar(
    target: Sequence[Hashable],
    predicted: Sequence[Hashable],
    classes: Sequence[Hashable],
) -> float:
    """Average the recalls of the classes present in the target.

    A class absent from ``target`` has no recall and is left out of the mean;
    whoever shows the score also shows how many are absent.

    Arguments
    ---------
    target, predicted : sequence, (utterances,)
        What was meant, and what was answered.
    classes : sequence, (classes,)
        All classes of the scheme.

    Returns
    -------
    float
        Unweighted average recall (UAR), 0-1; nan without utterances.

    Example
    -------
    >>> uar(["a", "a", "b"], ["a", "b", "b"], ["a", "b", "c"])
    0.75
    """
    return float(uar_of(confusion_matrix(target, predicted, classes)))


def wa(
    target: Sequence[Hashable],
    predicted: Sequence[Hashable],
    classes: Sequence[Hashable],
) -> float:
    """Find the share of utterances that were answered rightly.

    Arguments
    ---------
    target, predicted : sequence, (utterances,)
        What was meant, and what was answered.
    classes : sequence, (classes,)
        All classes of the scheme.

    Returns
    -------
    float
        Weighted accuracy (WA), 0-1; nan without utterances.

    Example
    -------
    >>> wa(["a", "a", "a", "b"], ["a", "a", "b", "b"], ["a", "b"])
    0.75
    """
    return float(wa_of(confusion_matrix(target, predicted, classes)))


def macro_f1(
    target: Sequence[Hashable],
    predicted: Sequence[Hashable],
    classes: Sequence[Hashable],
) -> float:
    """Average F1 over the classes that were meant or answered.

    Arguments
    ---------
    target, predicted : sequence, (utterances,)
        What was meant, and what was answered.
    classes : sequence, (classes,)
        All classes of the scheme.

    Returns
    -------
    float
        0-1; nan without utterances.

    Example
    -------
    >>> macro_f1(["a", "a", "b", "b"], ["a", "b", "b", "b"], ["a", "b", "c"])
    0.7333333333333334
    """
    return float(macro_f1_of(confusion_matrix(target, predicted, classes)))


def prediction_histogram(
    predicted: Sequence[Hashable], classes: Sequence[Hashable]
) -> dict:
    """Count the answers of each class.

    Arguments
    ---------
    predicted : sequence, (utterances,)
        What was answered.
    classes : sequence, (classes,)
        All classes of the scheme.

    Returns
    -------
    dict
        Class to number of utterances.

    Example
    -------
    >>> prediction_histogram(["b", "b", "a"], ["a", "b", "c"])
    {'a': 1, 'b': 2, 'c': 0}
    """
    counts = confusion_matrix(predicted, predicted, classes).diagonal()
    return dict(zip(classes, counts.tolist(), strict=True))
