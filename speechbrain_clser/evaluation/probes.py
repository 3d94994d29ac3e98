"""What a linear probe reads off an embedding besides the emotion.

Asked of the utterances of source validation, whose speakers training has not
heard: a logistic regression on one half of them names the other half, and the
other way round, so that every utterance is named once. Speakers live in
languages, and whoever knows the one knows much of the other. So the speaker is
asked for twice, among all and among those of the same language; and for the
language, the halves have no speaker in common.
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
# What is asked for, and what is known already.
QUESTIONS = (("speaker", None), ("speaker", "language"), ("language", None))
NOBODY = {
    ("speaker", None): "There are no two speakers to tell apart.",
    ("speaker", "language"): (
        "There are no two speakers of the same language to tell apart."
    ),
    ("language", None): (
        "There are no two languages of two speakers each, so a probe cannot "
        "tell the language from the person."
    ),
}


def linear_probe():
    """Make a classifier that finds only what lies open.

    Returns
    -------
    sklearn.pipeline.Pipeline
        Standardisation and logistic regression; every class weighs the same,
        however many utterances it has.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    return make_pipeline(
        StandardScaler(),
        LogisticRegression(class_weight="balanced", max_iter=5000),
    )


def probes(seeds: Sequence[Seed]) -> dict:
    """Ask what the embeddings know, before training and after.

    Arguments
    ---------
    seeds : sequence of Seed
        Of one run.

    Returns
    -------
    dict
        ``questions``: what is ``asked`` and ``given``, the number of
        utterances and of names to choose from, ``chance``, and balanced
        accuracy ``before`` and ``after``: mean and spread over seeds, None
        where embeddings are missing. ``left_out``: why, in words, where
        something could not be asked.
    """
    valid = seeds[0].predictions[PART]
    embeddings = {
        moment: [seed.embeddings(part) for seed in seeds]
        for moment, part in MOMENTS.items()
    }
    questions, left_out = [], []
    for asked, given in QUESTIONS:
        rows = learnable(valid, asked)
        scored = valid.where(rows)
        may_be = choices(scored, asked, given)
        is_asked = may_be.sum(axis=1) > 1
        if not is_asked.any():
            left_out.append(NOBODY[asked, given])
            continue
        names = getattr(scored, asked)[is_asked]
        questions.append(
            {
                "asked": asked,
                "given": given,
                "n_utterances": len(names),
                "n_names": len(set(names.tolist())),
                "chance": _chance(names, may_be[is_asked]),
                **{
                    moment: None
                    if any(one is None for one in kept)
                    else summary(
                        [named(scored, one[rows], asked, given) for one in kept]
                    )
                    for moment, kept in embeddings.items()
                },
            }
        )
    if any(one is None for one in embeddings["before"]):
        left_out.append("No embeddings were kept from before training.")
    return {"questions": questions, "left_out": left_out}


def learnable(valid: Predictions, asked: str) -> np.ndarray:
    """Tell which utterances' names stand in both halves.

    Arguments
    ---------
    valid : Predictions
        Who speaks which language.
    asked : str
        Column to be named.

    Returns
    -------
    numpy.ndarray, (utterances,)
        Booleans: of a speaker, two utterances; of a language, two speakers.
    """
    names, whole = getattr(valid, asked), _whole(valid, asked)
    n_of = Counter(name for name, _ in set(zip(names, whole, strict=True)))
    return np.array([n_of[name] > 1 for name in names])


def named(
    scored: Predictions,
    embeddings: np.ndarray,
    asked: str,
    given: str | None = None,
) -> float:
    """Tell how many are named rightly by a probe on the other half.

    Arguments
    ---------
    scored : Predictions
        Of which all are ``learnable``.
    embeddings : numpy.ndarray, (utterances, dim)
        Of the same.
    asked : str
        Column to be named: ``"speaker"`` or ``"language"``.
    given : str, optional
        Column that is known.

    Returns
    -------
    float
        Balanced accuracy of those utterances that leave a choice, 0-1.
    """
    from sklearn.model_selection import cross_val_predict

    names = getattr(scored, asked)
    probabilities = cross_val_predict(
        linear_probe(),
        embeddings,
        names,
        cv=_halves(scored, asked),
        method="predict_proba",
    )
    may_be = choices(scored, asked, given)
    order = np.unique(names)
    answers = order[np.where(may_be, probabilities, -1).argmax(axis=1)]
    is_asked = may_be.sum(axis=1) > 1
    return metrics.uar(names[is_asked], answers[is_asked], order)


def choices(
    scored: Predictions, asked: str, given: str | None = None
) -> np.ndarray:
    """Tell which names an utterance may get.

    Arguments
    ---------
    scored : Predictions
        Who speaks which language.
    asked : str
        Column to be named.
    given : str, optional
        Column that is known: only names that occur with the same value remain.

    Returns
    -------
    numpy.ndarray, (utterances, names)
        Booleans; names in the order of ``numpy.unique``.

    Example
    -------
    >>> speaker = np.array(["a", "b", "c"])
    >>> language = np.array(["deu", "deu", "ita"])
    >>> texts = [speaker, speaker, language, speaker, speaker]
    >>> scored = Predictions(("x",), *texts, None, None, None)
    >>> choices(scored, "speaker", "language").astype(int)
    array([[1, 1, 0],
           [1, 1, 0],
           [0, 0, 1]])
    """
    order, name = np.unique(getattr(scored, asked), return_inverse=True)
    known = getattr(scored, given) if given else np.zeros(len(scored))
    kinds, kind = np.unique(known, return_inverse=True)
    occurs = np.zeros((len(kinds), len(order)), bool)
    occurs[kind, name] = True
    return occurs[kind]


def _halves(scored, asked):
    """Rows to learn from and rows to name, and the other way round."""
    names, whole = getattr(scored, asked), _whole(scored, asked)
    chance = random.Random(seed_for(0, "halves of a probe"))
    half = {}
    for name in np.unique(names):
        new = sorted(set(whole[names == name]) - half.keys())
        chance.shuffle(new)
        half |= {one: place % 2 for place, one in enumerate(new)}
    is_second = np.array([half[one] == 1 for one in whole])
    first, second = np.flatnonzero(~is_second), np.flatnonzero(is_second)
    return [(first, second), (second, first)]


def _whole(scored, asked):
    """What a half has all or nothing of."""
    return scored.id if asked == "speaker" else scored.speaker


def _chance(names, may_be):
    """Balanced accuracy of guessing evenly among the choices."""
    share = 1 / may_be.sum(axis=1)
    return float(np.mean([share[names == n].mean() for n in np.unique(names)]))
