"""How far a score can be trusted: intervals, tests between runs, corrections.

Utterances of one speaker are alike, so the speaker, not the utterance, is what
is drawn and what is swapped. Everything works on confusion counts per speaker:
``counts[seed, speaker]`` is a confusion matrix, a bootstrap draw is a weighted
sum of them, and ten thousand draws are one matrix product.
"""

import dataclasses
import itertools
from collections.abc import Callable, Mapping, Sequence

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

# Differences of the same counts in another order of sums must count as ties.
_TIE = 1e-12


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
        Scores.

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
        list of them. All are nan for a single speaker: how another speaker
        would fare cannot be known from one.

    Example
    -------
    >>> good, bad = [[4, 0], [0, 4]], [[2, 2], [2, 2]]
    >>> intervals(np.array([[good, bad]]))["uar"]
    (0.5, 1.0)
    >>> intervals(np.array([[good]]))["uar"]
    (nan, nan)
    """
    n_classes = counts.shape[-1]
    if counts.shape[1] < 2:
        unknown = (float("nan"), float("nan"))
        alone = dict.fromkeys(METRICS, unknown)
        return alone | {"recalls": [unknown] * n_classes}
    found = {
        name: interval(bootstrap(counts, score, n_draws, seed))
        for name, score in METRICS.items()
    }
    recalls = bootstrap(counts, metrics.recalls_of, n_draws, seed)
    return found | {
        "recalls": [interval(recalls[:, k]) for k in range(n_classes)]
    }


def difference_interval(
    counts_a: np.ndarray,
    counts_b: np.ndarray,
    score: Callable = metrics.uar_of,
    n_draws: int = N_DRAWS,
    seed: int = 0,
) -> tuple:
    """Find the interval of a difference; the same speakers drawn for both runs.

    Arguments
    ---------
    counts_a, counts_b : numpy.ndarray, (seeds, speakers, classes, classes)
        Of the same utterances; see ``speaker_counts``.
    score : callable
        From confusion counts to scores.
    n_draws : int
        Number of redrawn sets of speakers.
    seed : int
        Of the draws.

    Returns
    -------
    tuple of (float, float)
        Low and high of the first minus the second; nan for a single speaker.

    Example
    -------
    >>> good, bad = [[4, 0], [0, 4]], [[2, 2], [2, 2]]
    >>> difference_interval(np.array([[good, bad]]), np.array([[bad, bad]]))
    (0.0, 0.5)
    """
    if counts_a.shape[1] < 2:
        return float("nan"), float("nan")
    draws_a, draws_b = (
        bootstrap(counts, score, n_draws, seed)
        for counts in (counts_a, counts_b)
    )
    return interval(draws_a - draws_b)


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Outcome of a paired permutation test.

    Arguments
    ---------
    difference : float
        Score of the first run minus score of the second.
    p : float
        Share of swaps that differ at least as much, either way.
    n_swaps : int
        Ways of swapping that were looked at.
    is_exact : bool
        Whether these are all ways there are.
    """

    difference: float
    p: float
    n_swaps: int
    is_exact: bool


def permutation_test(
    counts_a: np.ndarray,
    counts_b: np.ndarray,
    score: Callable = metrics.uar_of,
    n_draws: int = N_DRAWS,
    seed: int = 0,
) -> Comparison:
    """Ask whether two runs differ more than a swap of their answers would.

    If the runs are equally good, it does not matter whose answers for a
    speaker are called whose, so each speaker's are swapped at random. All ways
    are tried when there are at most ``n_draws`` of them (13 speakers). Seeds
    of a run are averaged as counts, so the runs may differ in their number;
    for UAR and WA this is the same as averaging the score.

    Arguments
    ---------
    counts_a, counts_b : numpy.ndarray, (seeds, speakers, classes, classes)
        Of the same utterances; see ``speaker_counts``.
    score : callable
        From confusion counts to scores.
    n_draws : int
        Number of random ways of swapping.
    seed : int
        Of the swaps.

    Returns
    -------
    Comparison
        A single speaker always gives p = 1.

    Raises
    ------
    ValueError
        If speakers, classes or targets differ.

    Example
    -------
    >>> good, bad = [[4, 0], [0, 4]], [[2, 2], [2, 2]]
    >>> permutation_test(np.array([[good] * 6]), np.array([[bad] * 6]))
    Comparison(difference=0.5, p=0.03125, n_swaps=64, is_exact=True)
    """
    targets = [counts[0].sum(axis=-1) for counts in (counts_a, counts_b)]
    if not np.array_equal(*targets):
        raise ValueError(
            "expected two runs that scored the same utterances, found "
            f"{targets[0].sum()} and {targets[1].sum()} that differ in "
            "speakers, classes or targets; compare runs of one protocol"
        )
    mean_a, mean_b = counts_a.mean(axis=0), counts_b.mean(axis=0)
    n_speakers, n_classes, _ = mean_a.shape
    is_exact = 2**n_speakers <= n_draws
    if is_exact:
        swaps = np.array(list(itertools.product([0, 1], repeat=n_speakers)))
    else:
        rng = np.random.default_rng(seed_for(seed, "swaps of speakers"))
        swaps = rng.integers(0, 2, (n_draws, n_speakers))
        swaps[0] = 0  # what was seen is one of the ways
    change = (mean_b - mean_a).reshape(n_speakers, -1)
    moved = (swaps @ change).reshape(-1, n_classes, n_classes)
    differences = score(mean_a.sum(0) + moved) - score(mean_b.sum(0) - moved)
    seen = differences[0]
    p = np.mean(np.abs(differences) >= abs(seen) - _TIE)
    return Comparison(float(seen), float(p), len(swaps), is_exact)


def holm(p_values: Mapping[str, float]) -> dict:
    """Correct p-values for the number of tests.

    Arguments
    ---------
    p_values : mapping
        Test to p-value.

    Returns
    -------
    dict
        Test to corrected p-value, in the order given.

    Source
    ------
    Holm, A Simple Sequentially Rejective Multiple Test Procedure, 1979.

    Example
    -------
    >>> holm({"deu": 0.01, "ita": 0.04, "urd": 0.03})
    {'deu': 0.03, 'ita': 0.06, 'urd': 0.06}
    """
    corrected, highest = {}, 0.0
    by_p = sorted(p_values, key=p_values.get)
    for n_before, name in enumerate(by_p):
        n_left = len(by_p) - n_before
        highest = max(highest, min(1.0, n_left * p_values[name]))
        corrected[name] = highest
    return {name: corrected[name] for name in p_values}
