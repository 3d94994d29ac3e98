"""Base class of adaptations, and checks of their input."""

import dataclasses
from typing import ClassVar

import numpy as np

from speechbrain_clser.errors import AdaptationError

MIN_UTTERANCES = 20


@dataclasses.dataclass(frozen=True)
class Adaptation:
    """Adapt posteriors to an unlabelled target; base class of adaptations.

    The source is represented by a summary, a dict of arrays that a model can
    include, so that adaptation does not need the source data. A subclass has
    its constants as fields; the class variables ``name``, ``grid``, from which
    constants are chosen within sources, and ``source_constants``, which its
    summary depends on; and the methods ``_summarise``, ``_fit`` and
    ``_predict``.

    Example
    -------
    >>> from speechbrain_clser.adaptation.equal_mass import EqualMass
    >>> posteriors = np.array([[0.9, 0.1], [0.4, 0.6]] * 10)
    >>> vectors, adaptation = np.zeros((20, 1)), EqualMass()
    >>> source = adaptation.summarise(vectors, [0, 1] * 10, 2)
    >>> fitted = adaptation.fit(source, vectors, posteriors)
    >>> fitted.predict(vectors, posteriors).mean(axis=0).round(6)
    array([0.5, 0.5])
    """

    name: ClassVar[str] = ""
    grid: ClassVar[dict] = {}
    source_constants: ClassVar[tuple] = ()

    def summarise(self, vectors, labels, n_classes, corpora=None):
        """Summarise the labelled source.

        Arguments
        ---------
        vectors : array, (utterances, dim)
            Of the source utterances.
        labels : array of int, (utterances,)
            Class of each.
        n_classes : int
            Number of classes of the posteriors.
        corpora : sequence of str, (utterances,), optional
            Corpus of each; by default the same.

        Returns
        -------
        dict of str to numpy.ndarray
            Summary of the source for ``fit``, as arrays.

        Raises
        ------
        AdaptationError
            If vectors are not finite, a class is absent from the source, or
            the vectors are too few or too short for the constants.
        """
        vectors, labels = np.asarray(vectors, float), np.asarray(labels)
        corpora = [""] * len(labels) if corpora is None else corpora
        check_vectors("source", vectors)
        if not len(vectors) == len(labels) == len(corpora):
            raise ValueError(
                "expected one label and one corpus per source vector, found "
                f"{len(vectors)} vectors, {len(labels)} labels and "
                f"{len(corpora)} corpora"
            )
        found = set(labels.tolist())
        if absent := sorted(set(range(n_classes)) - found):
            raise AdaptationError(
                "absent class",
                f"expected source utterances of all {n_classes} classes, found "
                f"none of class {', '.join(map(str, absent))}; leave the class "
                "out of the protocol, or use no adaptation",
            )
        if unknown := sorted(found - set(range(n_classes))):
            raise ValueError(
                f"expected labels from 0 to {n_classes - 1}, found {unknown}"
            )
        summary = self._summarise(
            vectors, labels, n_classes, np.asarray(corpora)
        )
        return {**summary, "shape": np.array([vectors.shape[1], n_classes])}

    def fit(self, source, vectors, posteriors):
        """Fit the adaptation to the target, without its labels.

        Arguments
        ---------
        source : dict of str to numpy.ndarray
            From ``summarise`` of the same adaptation.
        vectors : array, (utterances, dim)
            Of the target utterances.
        posteriors : array, (utterances, classes)
            Of the unadapted classifier.

        Returns
        -------
        Fitted
            For these utterances (transductive), or others of the target
            (inductive).

        Raises
        ------
        AdaptationError
            If there are fewer than 20 utterances, values are not finite, a row
            of posteriors is 0, or all rows have their maximum in one class.
        ValueError
            If dimensions or classes differ from those of the source.
        """
        vectors, posteriors = check_target(vectors, posteriors, source)
        if len(vectors) < MIN_UTTERANCES:
            raise AdaptationError(
                "few utterances",
                f"expected at least {MIN_UTTERANCES} target utterances to "
                f"adapt to, found {len(vectors)}; add recordings, or use no "
                "adaptation",
            )
        if len(predicted := np.unique(posteriors.argmax(axis=1))) < 2:
            raise AdaptationError(
                "one class",
                "expected posteriors of several classes on the target, found "
                f"class {predicted[0]} for all {len(vectors)} utterances; "
                "normalise the features by corpus, or use no adaptation",
            )
        state = self._fit(source, vectors, posteriors)
        return Fitted(self, {**state, "shape": source["shape"]})

    def state_shapes(self, dim, n_classes):
        """Return the shape of each array of a fitted state.

        Arguments
        ---------
        dim : int
            Of the vectors.
        n_classes : int
            Number of classes of the posteriors.

        Returns
        -------
        dict of str to tuple of int
            By name, without ``shape``; None for the number of fitted utterances.

        Example
        -------
        >>> from speechbrain_clser.adaptation.equal_mass import EqualMass
        >>> EqualMass().state_shapes(8, 4)
        {'log_factors': (4,)}
        """
        raise NotImplementedError

    def is_usable(self, state):
        """Return whether finite arrays of these shapes are a valid fitted state.

        Arguments
        ---------
        state : dict of str to numpy.ndarray
            With the names and shapes of ``state_shapes``.

        Returns
        -------
        bool
            For instance False if scales are not positive.

        Example
        -------
        >>> from speechbrain_clser.adaptation.self_training import SelfTraining
        >>> SelfTraining().is_usable({"scale": np.array([1.0, 0.0])})
        False
        """
        return bool((state["scale"] > 0).all()) if "scale" in state else True


@dataclasses.dataclass(frozen=True)
class Fitted:
    """An adaptation fitted to a target.

    Arguments
    ---------
    adaptation : Adaptation
        With its constants.
    state : dict of str to numpy.ndarray
        Fitted values.
    about : dict
        Further metadata of the saved file, as JSON values.

    Example
    -------
    >>> from speechbrain_clser.adaptation.equal_mass import EqualMass
    >>> state = {"log_factors": np.log([1.0, 4.0]), "shape": np.array([3, 2])}
    >>> Fitted(EqualMass(), state).predict(np.zeros((1, 3)), [[0.5, 0.5]])
    array([[0.2, 0.8]])
    """

    adaptation: Adaptation
    state: dict
    about: dict = dataclasses.field(default_factory=dict)

    def predict(self, vectors, posteriors):
        """Predict adapted posteriors of target utterances.

        Arguments
        ---------
        vectors : array, (utterances, dim)
            Of the utterances.
        posteriors : array, (utterances, classes)
            Of the unadapted classifier.

        Returns
        -------
        numpy.ndarray, (utterances, classes)
            Rows sum to 1.

        Raises
        ------
        AdaptationError
            If values are not finite, or a row of posteriors is 0.
        ValueError
            If dimensions or classes differ from those of the source.
        """
        vectors, posteriors = check_target(vectors, posteriors, self.state)
        return self.adaptation._predict(self.state, vectors, posteriors)


def check_vectors(part, vectors):
    """Raise an error unless vectors are a finite matrix.

    Arguments
    ---------
    part : str
        Name of the data, for the message.
    vectors : numpy.ndarray
        Expected shape: (utterances, dim).

    Raises
    ------
    AdaptationError
        If a value is not finite.
    ValueError
        If the array does not have two axes.

    Example
    -------
    >>> check_vectors("target", np.array([[1.0], [np.nan]]))
    Traceback (most recent call last):
    speechbrain_clser.errors.AdaptationError: expected finite target vectors, ...
    """
    if vectors.ndim != 2:
        raise ValueError(
            f"expected {part} vectors of shape (utterances, dim), found "
            f"{vectors.shape}"
        )
    _check_rows(
        "not finite",
        ~np.isfinite(vectors).all(axis=1),
        f"expected finite {part} vectors",
    )


def check_target(vectors, posteriors, source):
    """Check vectors and posteriors of target utterances.

    Arguments
    ---------
    vectors : array, (utterances, dim)
        Of the utterances.
    posteriors : array, (utterances, classes)
        Not negative.
    source : dict of str to numpy.ndarray
        Its ``shape`` has the dimensions and classes of the source.

    Returns
    -------
    tuple of numpy.ndarray
        Vectors, and posteriors whose rows sum to 1.

    Raises
    ------
    AdaptationError
        If values are not finite, or a row of posteriors is 0.
    ValueError
        If shapes do not match, or posteriors are negative.

    Example
    -------
    >>> check_target([[5.0]], [[1.0, 3.0]], {"shape": (1, 2)})[1]
    array([[0.25, 0.75]])
    """
    vectors = np.asarray(vectors, float)
    posteriors = np.asarray(posteriors, float)
    check_vectors("target", vectors)
    dim, n_classes = (int(size) for size in source["shape"])
    if vectors.shape[1] != dim:
        raise ValueError(
            f"expected target vectors of {dim} dimensions, as the source has, "
            f"found {vectors.shape[1]}; use the same extractor"
        )
    if posteriors.shape != (len(vectors), n_classes):
        raise ValueError(
            f"expected posteriors of shape {(len(vectors), n_classes)}, one row "
            f"per target vector, found {posteriors.shape}"
        )
    _check_rows(
        "not finite",
        ~np.isfinite(posteriors).all(axis=1),
        "expected finite target posteriors",
    )
    if (posteriors < 0).any():
        raise ValueError("expected posteriors of at least 0, found negative")
    total = posteriors.sum(axis=1, keepdims=True)
    _check_rows(
        "zero posteriors",
        total[:, 0] == 0,
        "expected target posteriors with a positive sum",
    )
    return vectors, posteriors / total


def _check_rows(reason, is_invalid, expected):
    """Raise an error if some rows are invalid; the message has the first."""
    if is_invalid.any():
        raise AdaptationError(
            reason,
            f"{expected}, found {is_invalid.sum()} of {len(is_invalid)} "
            f"utterances invalid, the first in row {is_invalid.argmax()}; "
            "remove them, or use no adaptation",
        )


def nonzero_scale(scale):
    """Replace the deviation of constant dimensions by 1.

    Example
    -------
    >>> nonzero_scale(np.array([2.0, 0.0]))
    array([2., 1.])
    """
    return np.where(scale > 1e-8, scale, 1.0)


def normalise_rows(log_posteriors):
    """Normalise log posteriors to posteriors.

    Arguments
    ---------
    log_posteriors : numpy.ndarray, (utterances, classes)
        Up to an additive constant in each row.

    Returns
    -------
    numpy.ndarray, (utterances, classes)
        Rows sum to 1.

    Example
    -------
    >>> normalise_rows(np.log([[1.0, 3.0]]) - 1e4)
    array([[0.25, 0.75]])
    """
    values = log_posteriors - log_posteriors.max(axis=1, keepdims=True)
    values = np.exp(values)
    return values / values.sum(axis=1, keepdims=True)


def log_floored(posteriors):
    """Compute logarithms of posteriors with a minimum of 1e-12.

    Arguments
    ---------
    posteriors : numpy.ndarray, (utterances, classes)
        From 0 to 1.

    Returns
    -------
    numpy.ndarray, (utterances, classes)
        Finite, so that classes of posterior 0 can be recovered.

    Example
    -------
    >>> log_floored(np.array([1.0, 0.0])).round(2)
    array([  0.  , -27.63])
    """
    return np.log(np.maximum(posteriors, 1e-12))


def require(is_valid, expected, found):
    """Raise an error if a constant is out of range.

    Arguments
    ---------
    is_valid : bool
        Whether it is in range.
    expected : str
        Name and range.
    found : object
        Its value.

    Raises
    ------
    ValueError
        If it is not in range.

    Example
    -------
    >>> require(False, "n_rounds of at least 1", 0)
    Traceback (most recent call last):
    ValueError: expected n_rounds of at least 1, found 0
    """
    if not is_valid:
        raise ValueError(f"expected {expected}, found {found!r}")
