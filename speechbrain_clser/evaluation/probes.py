"""Linear probes of embeddings for speaker and language.

Probes use the utterances of source validation, whose speakers are not in the
training set: a logistic regression on one half of them predicts the other half,
and vice versa, so each utterance is predicted once. Speakers are nested in
languages. So there are two speaker probes, among all speakers and among those
of the same language; and for the language probe, the halves have no speaker in
common.
"""

import random
from collections import Counter
from collections.abc import Sequence

import numpy as np

from speechbrain_clser.evaluation import metrics
from speechbrain_clser.evaluation.predictions import Predictions
from speechbrain_clser.evaluation.run import Seed
from speechbrain_clser.evaluation.scores import summary
from speechbrain_clser.seeds import seed_for

PART = "source_valid"
MOMENTS = {"before": f"{PART}_before", "after": PART}
# Probed column, and column that is given.
PROBES = (("speaker", None), ("speaker", "language"), ("language", None))
OMISSIONS = {
    (
        "speaker",
        None,
    ): "There are fewer than two speakers for the speaker probe.",
    ("speaker", "language"): (
        "There are fewer than two speakers of one language for the speaker probe "
        "within languages."
    ),
    ("language", None): (
        "There are fewer than two languages of two speakers each, so a probe "
        "cannot separate language and speaker."
    ),
}


def linear_probe():
    """Build the linear classifier of the probes.

    Returns
    -------
    sklearn.pipeline.Pipeline
        Standardisation and logistic regression with balanced class weights.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(
        StandardScaler(),
        LogisticRegression(class_weight="balanced", max_iter=5000),
    )


def probes(seeds: Sequence[Seed]) -> dict:
    """Probe the embeddings for speaker and language before and after training.

    Arguments
    ---------
    seeds : sequence of Seed
        Of one run.

    Returns
    -------
    dict
        ``questions``: of each probe the column ``asked`` and the column
        ``given``, the number of utterances and of labels, ``chance``, and
        balanced accuracy ``before`` and ``after`` training: mean and
        standard deviation over seeds, None where embeddings are missing.
        ``left_out``: reasons of omitted probes.
    """
    valid = seeds[0].predictions[PART]
    embeddings = {
        moment: [seed.embeddings(part) for seed in seeds]
        for moment, part in MOMENTS.items()
    }
    found, left_out = [], []
    for column, given in PROBES:
        rows = is_in_both_halves(valid, column)
        scored = valid.where(rows)
        candidates = candidate_labels(scored, column, given)
        is_scored = candidates.sum(axis=1) > 1
        if not is_scored.any():
            left_out.append(OMISSIONS[column, given])
            continue
        labels = getattr(scored, column)[is_scored]
        found.append(
            {
                "asked": column,
                "given": given,
                "n_utterances": len(labels),
                "n_names": len(set(labels.tolist())),
                "chance": _chance(labels, candidates[is_scored]),
                **{
                    moment: None
                    if any(one is None for one in kept)
                    else summary(
                        [
                            probe_accuracy(scored, one[rows], column, given)
                            for one in kept
                        ]
                    )
                    for moment, kept in embeddings.items()
                },
            }
        )
    if any(one is None for one in embeddings["before"]):
        left_out.append("There are no saved embeddings from before training.")
    return {"questions": found, "left_out": left_out}


def is_in_both_halves(valid: Predictions, column: str) -> np.ndarray:
    """Return which utterances have a label that occurs in both halves.

    Arguments
    ---------
    valid : Predictions
        Speakers and languages.
    column : str
        Probed column.

    Returns
    -------
    numpy.ndarray, (utterances,)
        Booleans: True for speakers of two utterances, or languages of two
        speakers.
    """
    labels, units = getattr(valid, column), _units(valid, column)
    n_of = Counter(label for label, _ in set(zip(labels, units, strict=True)))
    return np.array([n_of[label] > 1 for label in labels])


def probe_accuracy(
    scored: Predictions,
    embeddings: np.ndarray,
    column: str,
    given: str | None = None,
) -> float:
    """Compute the balanced accuracy of a probe by two-fold cross-validation.

    Arguments
    ---------
    scored : Predictions
        All rows ``is_in_both_halves``.
    embeddings : numpy.ndarray, (utterances, dim)
        Of the same.
    column : str
        Probed column: ``"speaker"`` or ``"language"``.
    given : str, optional
        Column that restricts the candidate labels.

    Returns
    -------
    float
        Of the utterances with several candidate labels, 0-1.
    """
    from sklearn.model_selection import cross_val_predict

    labels = getattr(scored, column)
    probabilities = cross_val_predict(
        linear_probe(),
        embeddings,
        labels,
        cv=_halves(scored, column),
        method="predict_proba",
    )
    candidates = candidate_labels(scored, column, given)
    order = np.unique(labels)
    predicted = order[np.where(candidates, probabilities, -1).argmax(axis=1)]
    is_scored = candidates.sum(axis=1) > 1
    return metrics.uar(labels[is_scored], predicted[is_scored], order)


def candidate_labels(
    scored: Predictions, column: str, given: str | None = None
) -> np.ndarray:
    """Return the candidate labels of each utterance.

    Arguments
    ---------
    scored : Predictions
        Speakers and languages.
    column : str
        Probed column.
    given : str, optional
        Only labels that occur with the same value of this column remain.

    Returns
    -------
    numpy.ndarray, (utterances, labels)
        Booleans; labels in the order of ``numpy.unique``.

    Example
    -------
    >>> speaker = np.array(["a", "b", "c"])
    >>> language = np.array(["deu", "deu", "ita"])
    >>> texts = [speaker, speaker, language, speaker, speaker]
    >>> scored = Predictions(("x",), *texts, None, None, None)
    >>> candidate_labels(scored, "speaker", "language").astype(int)
    array([[1, 1, 0],
           [1, 1, 0],
           [0, 0, 1]])
    """
    order, label = np.unique(getattr(scored, column), return_inverse=True)
    values = getattr(scored, given) if given else np.zeros(len(scored))
    groups, group = np.unique(values, return_inverse=True)
    occurs = np.zeros((len(groups), len(order)), bool)
    occurs[group, label] = True
    return occurs[group]


def _halves(scored, column):
    """Return training and test rows of both folds."""
    labels, units = getattr(scored, column), _units(scored, column)
    rng = random.Random(seed_for(0, "halves of a probe"))
    half = {}
    for label in np.unique(labels):
        new = sorted(set(units[labels == label]) - half.keys())
        rng.shuffle(new)
        half |= {unit: place % 2 for place, unit in enumerate(new)}
    is_second = np.array([half[unit] == 1 for unit in units])
    first, second = np.flatnonzero(~is_second), np.flatnonzero(is_second)
    return [(first, second), (second, first)]


def _units(scored, column):
    """Return the units that are not split between halves."""
    return scored.id if column == "speaker" else scored.speaker


def _chance(labels, candidates):
    """Compute the balanced accuracy of uniform guessing among candidates."""
    share = 1 / candidates.sum(axis=1)
    return float(
        np.mean([share[labels == n].mean() for n in np.unique(labels)])
    )
