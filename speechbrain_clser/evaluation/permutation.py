"""Paired permutation test of two runs, and correction for multiple tests.

Utterances of one speaker are not independent, so speakers are swapped, not
utterances. Uses the same counts as ``statistics``.
"""

import dataclasses
import itertools
from collections.abc import Callable, Mapping, Sequence

import numpy as np

from speechbrain_clser.evaluation import metrics
from speechbrain_clser.evaluation.run_counts import RunCounts
from speechbrain_clser.seeds import seed_for

N_DRAWS = 10_000
# Differences that vary only by the order of summation are ties.
_TIE = 1e-12


@dataclasses.dataclass(frozen=True)
class Comparison:
    """Outcome of a paired permutation test.

    Arguments
    ---------
    difference : float
        Score of the first run minus score of the second.
    p : float
        Fraction of swaps with at least the same absolute difference.
    n_swaps : int
        Number of swaps.
    is_exact : bool
        Whether these are all possible swaps.
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
    speakers: Sequence | None = None,
    targets: Callable = RunCounts.targets,
) -> Comparison:
    """Test the difference of two runs by swapping their predictions.

    Under the null hypothesis of equal runs, the predictions of the two runs for
    a speaker can be exchanged. All swaps are evaluated if there are at most
    ``n_trials`` (13 speakers), otherwise random ones. Scores of several folds
    are averaged, and the speakers of all folds are swapped. Counts are averaged
    over the seeds of a run, so the runs may have different numbers of seeds;
    for UAR and WA this equals averaging the score. With sums of values, which are also
    additive, the score is that of the predictions of all seeds together.

    Arguments
    ---------
    folds_a, folds_b : sequence of numpy.ndarray
        Counts of each run, (seeds, speakers, classes, classes), one array per
        fold, of the same utterances; see ``speaker_counts``.
    score : callable
        Function of confusion counts.
    n_trials : int
        Number of random swaps.
    seed : int
        Of the swaps.
    speakers : sequence of sequence of str, optional
        Names of the speakers of each fold; a speaker of several folds is swapped in
        all of them. By default, all speakers are different.
    targets : callable
        Function of counts of one seed to the part that both runs have in common.

    Returns
    -------
    Comparison
        p is 1 for a single speaker.

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
        _check_targets(*(targets(counts[0]) for counts in pair))
    if speakers is None:
        speakers = [
            [(fold, k) for k in range(counts.shape[1])]
            for fold, counts in enumerate(folds_a)
        ]
    place = {}  # column of each speaker, in the order of the folds
    for names in speakers:
        for name in names:
            place.setdefault(name, len(place))
    is_exact = 2 ** len(place) <= n_trials
    if is_exact:
        swaps = np.array([*itertools.product([0, 1], repeat=len(place))])
    else:
        rng = np.random.default_rng(seed_for(seed, "swaps of speakers"))
        swaps = rng.integers(0, 2, (n_trials, len(place)))
        swaps[0] = 0  # the observed difference is included
    differences = np.mean(
        [
            _differences(
                *pair, score, swaps[:, [place[name] for name in names]]
            )
            for pair, names in zip(pairs, speakers, strict=True)
        ],
        axis=0,
    )
    observed = differences[0]
    p = np.mean(np.abs(differences) >= abs(observed) - _TIE)
    return Comparison(float(observed), float(p), len(swaps), is_exact)


def _check_targets(a, b):
    """Raise an error if the targets per speaker of two runs differ."""
    if a.shape != b.shape or not np.allclose(a, b):
        raise ValueError(
            "expected two runs on the same utterances, found some that differ in "
            "speakers, classes or targets; compare runs of one protocol"
        )


def _differences(counts_a, counts_b, score, swaps):
    """Compute the difference of the scores of two runs for each swap."""
    mean_a, mean_b = counts_a.mean(axis=0), counts_b.mean(axis=0)
    change = mean_b - mean_a
    moved = np.tensordot(swaps, change, axes=1)
    return score(mean_a.sum(0) + moved) - score(mean_b.sum(0) - moved)


def holm(p_values: Mapping[str, float]) -> dict:
    """Correct p-values for multiple tests by the method of Holm.

    Arguments
    ---------
    p_values : mapping
        Test to p-value.

    Returns
    -------
    dict
        Test to corrected p-value, in the given order.

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
