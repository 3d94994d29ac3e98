"""How far a score can be trusted: intervals from other draws of speakers.

Utterances of one speaker are alike, so the speaker, not the utterance, is what
is drawn. Everything works on confusion counts per speaker:
``counts[seed, speaker]`` is a confusion matrix, a bootstrap draw is a weighted
sum of them, and ten thousand draws are one matrix product.
"""

from collections.abc import Callable, Sequence

import numpy as np

from speechbrain_clser.evaluation import metrics
from speechbrain_clser.evaluation.predictions import Predictions
from speechbrain_clser.seeds import seed_for

N_DRAWS = 10_000
CONFIDENCE = 0.95
METRICS = {
    "uar": metrics.uar_of,
    "wa": metrics.wa_of,
    "macro_f1": metrics.macro_f1_of,
}


def speaker_counts(runs: Sequence[Predictions]) -> tuple:
    """Count confusions per seed and speaker.

    Arguments
    ---------
    runs : sequence of Predictions
        One per seed, of the same utterances.

    Returns
    -------
    tuple of (list of str, numpy.ndarray (seeds, speakers, classes, classes))
        Speakers in the order of their names, and their counts.

    Raises
    ------
    ValueError
        If the seeds did not score the same utterances.

    Example
    -------
    >>> text, index = np.array(["s2", "s1"]), np.array([0, 1])
    >>> columns = [text] * 5 + [index, index, np.eye(2)]
    >>> speakers, counts = speaker_counts([Predictions(("a", "b"), *columns)])
    >>> speakers, counts[0, 0].tolist()
    (['s1', 's2'], [[0, 0], [0, 1]])
    """
    first = runs[0]
    for run in runs[1:]:
        if not _same_task(first, run):
            raise ValueError(
                "expected all seeds to score the same utterances with the "
                f"same targets, found {len(first)} and {len(run)} that differ "
                "in id, speaker, target or classes; use one protocol for all"
            )
    speakers, place = np.unique(first.speaker, return_inverse=True)
    n_classes = len(first.classes)
    counts = np.zeros((len(runs), len(speakers), n_classes, n_classes), int)
    for seed, run in enumerate(runs):
        np.add.at(counts[seed], (place, run.target, run.predicted), 1)
    return speakers.tolist(), counts


def _same_task(a, b):
    """Tell whether two prediction files score the same."""
    return a.classes == b.classes and all(
        np.array_equal(getattr(a, name), getattr(b, name))
        for name in ("id", "speaker", "target")
    )


def draw_weights(
    n_speakers: int, n_draws: int = N_DRAWS, seed: int = 0
) -> np.ndarray:
    """Draw speakers with replacement, as how often each one was drawn.

    Arguments
    ---------
    n_speakers : int
        To draw from, and to draw each time.
    n_draws : int
        Rows.
    seed : int
        Of the draw.

    Returns
    -------
    numpy.ndarray, (draws, speakers)
        Each row sums to ``n_speakers``.

    Example
    -------
    >>> draw_weights(4, n_draws=3).sum(axis=1)
    array([4, 4, 4])
    """
    rng = np.random.default_rng(seed_for(seed, "bootstrap over speakers"))
    return rng.multinomial(
        n_speakers, np.full(n_speakers, 1 / n_speakers), size=n_draws
    )


def bootstrap(
    counts: np.ndarray,
    score: Callable = metrics.uar_of,
    n_draws: int = N_DRAWS,
    seed: int = 0,
) -> np.ndarray:
    """Score redrawn sets of speakers; the same speakers for all seeds.

    The score is averaged over seeds within each draw, so the draws are those
    of the mean over seeds, not of a single seed. A class whose speakers were
    not drawn is absent from that draw, and the score's own rule for absent
    classes holds: UAR is then the mean over the classes that are present.

    Arguments
    ---------
    counts : numpy.ndarray, (seeds, speakers, classes, classes)
        See ``speaker_counts``.
    score : callable
        From confusion counts, (..., classes, classes), to scores; what it
        returns may have further axes at the end.
    n_draws : int
        Number of redrawn sets.
    seed : int
        Of the draws.

    Returns
    -------
    numpy.ndarray, (draws, ...)
        Scores; all nan for a single speaker: how another speaker would fare
        cannot be known from one.

    Example
    -------
    >>> good, bad = [[4, 0], [0, 4]], [[2, 2], [2, 2]]
    >>> draws = bootstrap(np.array([[good, bad]]))
    >>> np.unique(draws).tolist()  # bad twice, one of each, good twice
    [0.5, 0.75, 1.0]
    """
    n_seeds, n_speakers, n_classes, _ = counts.shape
    weights = draw_weights(n_speakers, n_draws, seed)
    flat = counts.reshape(n_seeds, n_speakers, n_classes**2)
    drawn = weights.astype(float) @ flat.astype(float)
    if n_speakers == 1:
        drawn[:] = np.nan
    scores = score(drawn.reshape(n_seeds, n_draws, n_classes, n_classes))
    return scores.mean(axis=0)


def interval(draws: np.ndarray, confidence: float = CONFIDENCE) -> tuple:
    """Find the percentile interval of bootstrap draws.

    Arguments
    ---------
    draws : numpy.ndarray, (draws,)
        Scores; a nan, from a class that was not drawn, is left out.
    confidence : float
        Share inside, 0-1.

    Returns
    -------
    tuple of (float, float)
        Low and high; nan without draws.

    Example
    -------
    >>> low, high = interval(np.arange(101), confidence=0.9)
    >>> round(low, 6), round(high, 6)
    (5.0, 95.0)
    """
    known = draws[~np.isnan(draws)]
    if not len(known):
        return float("nan"), float("nan")
    tail = (1 - confidence) / 2
    low, high = np.quantile(known, [tail, 1 - tail])
    return float(low), float(high)


def intervals(
    counts: np.ndarray, n_draws: int = N_DRAWS, seed: int = 0
) -> dict:
    """Find the intervals of UAR, WA, macro-F1 and each class's recall.

    Arguments
    ---------
    counts : numpy.ndarray, (seeds, speakers, classes, classes)
        See ``speaker_counts``.
    n_draws : int
        Number of redrawn sets of speakers.
    seed : int
        Of the draws.

    Returns
    -------
    dict
        ``"uar"``, ``"wa"``, ``"macro_f1"`` to (low, high), ``"recalls"`` to a
        list of them. All are nan for a single speaker.

    Example
    -------
    >>> good, bad = [[4, 0], [0, 4]], [[2, 2], [2, 2]]
    >>> intervals(np.array([[good, bad]]))["uar"]
    (0.5, 1.0)
    >>> intervals(np.array([[good]]))["uar"]
    (nan, nan)
    """
    n_classes = counts.shape[-1]
    found = {
        name: interval(bootstrap(counts, score, n_draws, seed))
        for name, score in METRICS.items()
    }
    recalls = bootstrap(counts, metrics.recalls_of, n_draws, seed)
    return found | {
        "recalls": [interval(recalls[:, k]) for k in range(n_classes)]
    }


def mean_interval(
    folds: Sequence[np.ndarray],
    against: Sequence[np.ndarray] | None = None,
    score: Callable = metrics.uar_of,
    n_draws: int = N_DRAWS,
) -> tuple:
    """Find the interval of a mean over folds, or of a difference of two.

    Speakers are drawn within each fold; for a difference, the same ones for
    both runs.

    Arguments
    ---------
    folds : sequence of numpy.ndarray, (seeds, speakers, classes, classes)
        One or more; see ``speaker_counts``.
    against : sequence of the same, optional
        Of another run on the same utterances, to be taken off.
    score : callable
        From confusion counts to scores.
    n_draws : int
        Number of redrawn sets of speakers.

    Returns
    -------
    tuple of (float, float)
        Low and high; nan when a fold has a single speaker.

    Example
    -------
    >>> good, bad = [[4, 0], [0, 4]], [[2, 2], [2, 2]]
    >>> run, other = np.array([[good, bad]]), np.array([[bad, bad]])
    >>> mean_interval([run]), mean_interval([run], against=[other])
    ((0.5, 1.0), (0.0, 0.5))
    """

    def draws(run):
        return np.mean(
            [
                bootstrap(counts, score, n_draws, seed=fold)
                for fold, counts in enumerate(run)
            ],
            axis=0,
        )

    return interval(draws(folds) - (draws(against) if against else 0.0))
