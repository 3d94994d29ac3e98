"""How far a score can be trusted: intervals from other draws of speakers.

Utterances of one speaker are alike, so the speaker, not the utterance, is what
is drawn. Everything works on confusion counts per speaker:
``counts[seed, speaker]`` is a confusion matrix, a bootstrap draw is a weighted
sum of them, and ten thousand draws are one matrix product.

Where a run draws labelled utterances several times, the drawings are units too:
trainings on the same few utterances are alike, so a drawing is redrawn with all
of its seeds, and crossed with it the speakers, who are the same whatever was
drawn (the pigeonhole bootstrap of Owen, Annals of Applied Statistics 1, 2007,
which errs on the side of wide intervals). Seeds within a drawing are averaged:
what is left of their spread is part of the spread between drawings.
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


def speaker_counts(
    runs: Sequence[Predictions], drawing: Sequence[int] | None = None
) -> tuple:
    """Count confusions per seed and speaker.

    Arguments
    ---------
    runs : sequence of Predictions
        One per seed; those of one drawing are of the same utterances, since
        what was drawn of the target is not scored.
    drawing : sequence of int, optional
        Of the labelled utterances that each run was trained on; by default
        the same for all.

    Returns
    -------
    tuple of (list of str, numpy.ndarray (seeds, speakers, classes, classes))
        Speakers in the order of their names, and their counts.

    Raises
    ------
    ValueError
        If seeds did not score the same utterances, or the same classes.

    Example
    -------
    >>> text, index = np.array(["s2", "s1"]), np.array([0, 1])
    >>> columns = [text] * 5 + [index, index, np.eye(2)]
    >>> speakers, counts = speaker_counts([Predictions(("a", "b"), *columns)])
    >>> speakers, counts[0, 0].tolist()
    (['s1', 's2'], [[0, 0], [0, 1]])
    """
    firsts = {}
    for run, draw in zip(runs, drawing or [0] * len(runs), strict=True):
        first = firsts.setdefault(draw, run)
        if not _same_task(first, run) or run.classes != runs[0].classes:
            raise ValueError(
                "expected all seeds to score the same utterances with the "
                f"same targets, found {len(first)} and {len(run)} that differ "
                "in id, speaker, target or classes; use one protocol for all"
            )
    speakers = np.unique(np.concatenate([r.speaker for r in firsts.values()]))
    n_classes = len(runs[0].classes)
    counts = np.zeros((len(runs), len(speakers), n_classes, n_classes), int)
    for seed, run in enumerate(runs):
        place = np.searchsorted(speakers, run.speaker)
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
    drawing: Sequence[int] | None = None,
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
    drawing : sequence of int, optional
        Of the labelled utterances behind each seed. Several are redrawn, too.

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
    by_drawing = mean_by_drawing(scores, drawing)
    n_drawings = len(by_drawing)
    if n_drawings == 1:
        return by_drawing[0]
    rng = np.random.default_rng(seed_for(seed, "bootstrap over drawings"))
    even = np.full(n_drawings, 1 / n_drawings)
    times = rng.multinomial(n_drawings, even, size=n_draws)
    return np.einsum("rd,dr...->r...", times / n_drawings, by_drawing)


def mean_by_drawing(
    scores: np.ndarray, drawing: Sequence[int] | None = None
) -> np.ndarray:
    """Average scores over the seeds of each drawing.

    Arguments
    ---------
    scores : numpy.ndarray, (seeds, ...)
        Of trainings.
    drawing : sequence of int, optional
        Of the labelled utterances behind each; one without.

    Returns
    -------
    numpy.ndarray, (drawings, ...)
        In the order of their numbers.

    Example
    -------
    >>> mean_by_drawing(np.array([0.25, 0.5, 0.75]), [0, 1, 1]).tolist()
    [0.25, 0.625]
    """
    if drawing is None:
        return scores.mean(axis=0, keepdims=True)
    drawing = np.asarray(drawing)
    return np.stack(
        [scores[drawing == draw].mean(axis=0) for draw in np.unique(drawing)]
    )


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
    counts: np.ndarray,
    n_draws: int = N_DRAWS,
    seed: int = 0,
    drawing: Sequence[int] | None = None,
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
    drawing : sequence of int, optional
        See ``bootstrap``.

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
        name: interval(bootstrap(counts, score, n_draws, seed, drawing))
        for name, score in METRICS.items()
    }
    recalls = bootstrap(counts, metrics.recalls_of, n_draws, seed, drawing)
    return found | {
        "recalls": [interval(recalls[:, k]) for k in range(n_classes)]
    }


def mean_interval(
    folds: Sequence[np.ndarray],
    against: Sequence[np.ndarray] | None = None,
    score: Callable = metrics.uar_of,
    n_draws: int = N_DRAWS,
    drawings: Sequence | None = None,
    against_drawings: Sequence | None = None,
) -> tuple:
    """Find the interval of a mean over folds, or of a difference of two.

    Speakers are drawn within each fold; for a difference, the same ones for
    both runs, and the same drawings of labelled utterances if they have as many.

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
    drawings, against_drawings : sequence, optional
        Of each fold; see ``bootstrap``.

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

    def draws(run, drawings):
        drawings = drawings or [None] * len(run)
        return np.mean(
            [
                bootstrap(counts, score, n_draws, fold, drawing)
                for fold, (counts, drawing) in enumerate(
                    zip(run, drawings, strict=True)
                )
            ],
            axis=0,
        )

    found = draws(folds, drawings)
    if against:
        found = found - draws(against, against_drawings)
    return interval(found)
