"""Whether two runs differ: swapped answers, and many questions asked at once.

Utterances of one speaker are alike, so what is swapped is a speaker, not an
utterance. Works on the same counts as ``statistics``.
"""

import dataclasses
import itertools
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from speechbrain_clser.evaluation import metrics
from speechbrain_clser.seeds import seed_for

N_DRAWS = 10_000
# Differences of the same counts in another order of sums must count as ties.
_TIE = 1e-12


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
    folds_a: Sequence[np.ndarray],
    folds_b: Sequence[np.ndarray],
    score: Callable = metrics.uar_of,
    n_trials: int = N_DRAWS,
    seed: int = 0,
) -> Comparison:
    """Ask whether two runs differ more than a swap of their answers would.

    If the runs are equally good, it does not matter whose answers for a
    speaker are called whose, so each speaker's are swapped at random. All ways
    are tried when there are at most ``n_trials`` of them (13 speakers). Scores
    of several folds are averaged, and the speakers of all of them are swapped.
    Seeds of a run are averaged as counts, so the runs may differ in their
    number; for UAR and WA this is the same as averaging the score.

    Arguments
    ---------
    folds_a, folds_b : sequence of numpy.ndarray
        Counts of each run, (seeds, speakers, classes, classes), one array a
        fold and of the same utterances; see ``speaker_counts``.
    score : callable
        From confusion counts to scores.
    n_trials : int
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
    >>> permutation_test([np.array([[good] * 6])], [np.array([[bad] * 6])])
    Comparison(difference=0.5, p=0.03125, n_swaps=64, is_exact=True)
    """
    pairs = list(zip(folds_a, folds_b, strict=True))
    for pair in pairs:
        _refuse_other_targets(*(counts[0].sum(axis=-1) for counts in pair))
    n_speakers = [counts.shape[1] for counts in folds_a]
    is_exact = 2 ** sum(n_speakers) <= n_trials
    if is_exact:
        ways = itertools.product([0, 1], repeat=sum(n_speakers))
        swaps = np.array(list(ways))
    else:
        rng = np.random.default_rng(seed_for(seed, "swaps of speakers"))
        swaps = rng.integers(0, 2, (n_trials, sum(n_speakers)))
        swaps[0] = 0  # what was seen is one of the ways
    by_fold = np.split(swaps, np.cumsum(n_speakers)[:-1], axis=1)
    differences = np.mean(
        [
            _differences(*pair, score, swapped)
            for pair, swapped in zip(pairs, by_fold, strict=True)
        ],
        axis=0,
    )
    seen = differences[0]
    p = np.mean(np.abs(differences) >= abs(seen) - _TIE)
    return Comparison(float(seen), float(p), len(swaps), is_exact)


def _refuse_other_targets(a, b):
    """Stop when two runs did not score the same; targets per speaker."""
    if not np.array_equal(a, b):
        raise ValueError(
            "expected two runs that scored the same utterances, found "
            f"{a.sum()} and {b.sum()} that differ in "
            "speakers, classes or targets; compare runs of one protocol"
        )


def _differences(counts_a, counts_b, score, swaps):
    """Score of one run minus that of the other, for each way of swapping."""
    mean_a, mean_b = counts_a.mean(axis=0), counts_b.mean(axis=0)
    change = mean_b - mean_a
    moved = np.tensordot(swaps, change, axes=1)
    return score(mean_a.sum(0) + moved) - score(mean_b.sum(0) - moved)


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
