"""Logistic regression on utterance vectors, weighted by corpus and class."""

import numpy as np

from speechbrain_clser.adaptation.base import (
    nonzero_scale,
    normalise_rows,
)

# The best of 0.1, 0.3, 1 and 3 in the mean over held-out source corpora, on two
# encoders and three normalisations; selection in each run is not better.
C = 0.3
MAX_SPEAKER_FOLDS = 4
MAX_ITERATIONS = 5000
ABSENT = -30.0  # logit of a class without any training utterance


def cell_weights(labels, corpora):
    """Weight utterances by 1 / (utterances of their corpus and class).

    Arguments
    ---------
    labels : array of int, (utterances,)
        Class of each.
    corpora : array of str, (utterances,)
        Corpus of each.

    Returns
    -------
    numpy.ndarray, (utterances,)
        The sum of each class of each corpus is 1, so that the effect of the
        penalty does not depend on the number of utterances.

    Example
    -------
    >>> cell_weights([0, 0, 1], ["a", "a", "a"])
    array([0.5, 0.5, 1. ])
    """
    _, corpus = np.unique(corpora, return_inverse=True)
    _, cell, count = np.unique(
        np.stack([corpus, labels]),
        axis=1,
        return_inverse=True,
        return_counts=True,
    )
    return 1 / count[cell.ravel()]


def source_folds(corpora, speakers) -> dict:
    """Split the training utterances into folds that are held out in turn.

    Arguments
    ---------
    corpora, speakers : sequence of str, (utterances,)
        Corpus and speaker of each utterance.

    Returns
    -------
    dict of str to numpy.ndarray of bool, (utterances,)
        One fold per corpus; for one corpus at most four groups of its speakers;
        empty for one speaker.

    Example
    -------
    >>> source_folds(["a", "a", "b"], ["ann", "bob", "ann"])["a"]
    array([ True,  True, False])
    >>> list(source_folds(["a", "a", "a"], ["ann", "bob", "ann"]))
    ['speakers 1/2', 'speakers 2/2']
    >>> source_folds(["a"], ["ann"])
    {}
    """
    corpora, speakers = np.asarray(corpora), np.asarray(speakers)
    if len(names := np.unique(corpora)) > 1:
        return {str(name): corpora == name for name in names}
    names, place = np.unique(speakers, return_inverse=True)
    n = min(MAX_SPEAKER_FOLDS, len(names))
    if n < 2:
        return {}
    return {f"speakers {k + 1}/{n}": place % n == k for k in range(n)}


def fit_linear(vectors, labels, weights, n_classes, inverse_penalty=C):
    """Fit a multinomial logistic regression on standardised vectors.

    Arguments
    ---------
    vectors : array, (utterances, dim)
        Finite; standardised here, without weights.
    labels : array of int, (utterances,)
        Class of each; at least two classes.
    weights : array, (utterances,)
        Weight of each utterance in the loss.
    n_classes : int
        Number of classes; one without utterances is never predicted.
    inverse_penalty : float
        Weight of the data against the L2 penalty: ``C`` of scikit-learn.

    Returns
    -------
    dict of str to numpy.ndarray
        ``mean`` and ``scale``, (dim,), ``coefficients``, (classes, dim), and
        ``intercepts``, (classes,).

    Raises
    ------
    ValueError
        If fewer than two classes have utterances.

    Example
    -------
    >>> vectors = np.array([[0.0], [1.0], [4.0], [5.0]])
    >>> model = fit_linear(vectors, [0, 0, 1, 1], np.ones(4), 2)
    >>> linear_posteriors(model, vectors).argmax(axis=1)
    array([0, 0, 1, 1])
    """
    # Takes most of a second, and a classifier needs its coefficients only.
    from sklearn.linear_model import LogisticRegression

    if len(found := np.unique(labels)) < 2:
        raise ValueError(
            "expected labelled utterances of two classes or more, found "
            f"{len(labels)} of {len(found)}; choose other sources or classes "
            "in the protocol"
        )
    vectors = np.asarray(vectors, dtype=np.float64)
    mean, scale = vectors.mean(axis=0), vectors.std(axis=0)
    scale = nonzero_scale(scale)
    model = LogisticRegression(C=inverse_penalty, max_iter=MAX_ITERATIONS)
    model.fit((vectors - mean) / scale, labels, sample_weight=weights)
    found, intercepts = model.coef_, model.intercept_
    if len(model.classes_) == 2:  # scikit-learn returns the second class only
        found = np.concatenate([-found, found]) / 2
        intercepts = np.concatenate([-intercepts, intercepts]) / 2
    coefficients = np.zeros((n_classes, vectors.shape[1]))
    coefficients[model.classes_] = found
    logits = np.full(n_classes, ABSENT)
    logits[model.classes_] = intercepts
    return {
        "mean": mean,
        "scale": scale,
        "coefficients": coefficients,
        "intercepts": logits,
    }


def linear_shapes(dim, n_classes):
    """Return the shapes of the arrays of ``fit_linear``.

    Example
    -------
    >>> linear_shapes(8, 4)["coefficients"]
    (4, 8)
    """
    return {
        "mean": (dim,),
        "scale": (dim,),
        "coefficients": (n_classes, dim),
        "intercepts": (n_classes,),
    }


def linear_posteriors(model, vectors):
    """Compute the posteriors of a fitted logistic regression.

    Arguments
    ---------
    model : dict of str to numpy.ndarray
        From ``fit_linear``.
    vectors : numpy.ndarray, (utterances, dim)
        With the features of the training vectors.

    Returns
    -------
    numpy.ndarray, (utterances, classes)
        Rows sum to 1.

    Example
    -------
    >>> model = {"mean": 0.0, "scale": 1.0, "intercepts": np.zeros(2)}
    >>> model["coefficients"] = np.log([[1.0], [3.0]])
    >>> linear_posteriors(model, np.array([[1.0]]))
    array([[0.25, 0.75]])
    """
    standardised = (vectors - model["mean"]) / model["scale"]
    return normalise_rows(
        standardised @ model["coefficients"].T + model["intercepts"]
    )


def linear_classifier(vectors, labels, corpora, n_classes, others):
    """Train on labelled vectors and predict posteriors of other vectors.

    Arguments
    ---------
    vectors : numpy.ndarray, (utterances, dim)
        Of the source.
    labels : array of int, (utterances,)
        Class of each.
    corpora : array of str, (utterances,)
        Corpus of each.
    n_classes : int
        Number of classes.
    others : numpy.ndarray, (other utterances, dim)
        Vectors to predict.

    Returns
    -------
    numpy.ndarray, (other utterances, classes)
        Rows sum to 1.

    Example
    -------
    >>> vectors = np.array([[0.0], [1.0], [4.0], [5.0]])
    >>> corpora, others = ["a"] * 4, np.array([[2.5]])
    >>> linear_classifier(vectors, [0, 0, 1, 1], corpora, 2, others)
    array([[0.5, 0.5]])
    """
    weights = cell_weights(labels, corpora)
    model = fit_linear(vectors, labels, weights, n_classes)
    return linear_posteriors(model, others)
