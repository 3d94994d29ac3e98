"""Simulate the coverage of 95 % intervals by the number of speakers.

Speakers are sampled from a population with known UAR: each speaker has a recall per
class, beta distributed and partly shared between the classes, and each utterance is
predicted correctly with that probability. The simulation counts how often the interval
of a score contains the UAR of the population, and how often the interval of a
difference excludes 0 for two equally good systems.

> python benchmarks/interval_coverage.py

Needs no data. Takes about ten minutes on one core. Writes
interval_coverage.json, from which ``make tables`` writes results.md. The percentile
bootstrap over speakers, which older results use, is included for comparison.
"""

import argparse
import dataclasses
from pathlib import Path

import numpy as np
import recipe
from scipy.special import ndtr
from scipy.stats import beta

from speechbrain_clser.evaluation import metrics
from speechbrain_clser.evaluation.run_counts import RunCounts
from speechbrain_clser.evaluation.statistics import estimate

RECALLS = (0.8, 0.5, 0.6, 0.4)
HIGH = (0.95, 0.9, 0.9, 0.85)
N_CLASSES = len(RECALLS)
# Sum of the parameters of the beta distribution: 4 makes speakers differ by
# 0.2 in the recall of a class (standard deviation).
CONCENTRATION = 4.0
# Of the variance of a recall before it is made beta distributed: that of the
# speaker common to all classes; where labelled utterances are drawn, that of
# the trial and that of its interaction with the speaker.
OF_SPEAKER, OF_DRAWING, OF_INTERACTION = 0.3, 0.1, 0.2
# Of each, the share that two systems have in common.
SHARED_BY_SYSTEMS = 0.5
N_PER_CLASS = 10
N_BOOTSTRAP = 400


def balanced(n_speakers) -> np.ndarray:
    """Build a design with equally many utterances per class and speaker.

    Arguments
    ---------
    n_speakers : int
        Of the test set.

    Returns
    -------
    numpy.ndarray, (speakers, classes)
        Utterances.
    """
    return np.full((n_speakers, N_CLASSES), N_PER_CLASS)


def one_emotion() -> np.ndarray:
    """Build a design as in URDU: 26 of 29 speakers with one emotion each.

    Returns
    -------
    numpy.ndarray, (speakers, classes)
        Utterances, from 1 to 25 of a class that a speaker has.
    """
    rng = np.random.default_rng(0)
    has = np.eye(N_CLASSES, dtype=int)[np.arange(29) % N_CLASSES]
    has[:3] = 1
    return has * rng.integers(1, 26, has.shape)


def unequal(n_speakers) -> np.ndarray:
    """Build a design in which some speakers have ten times more utterances.

    Arguments
    ---------
    n_speakers : int
        Of the test set.

    Returns
    -------
    numpy.ndarray, (speakers, classes)
        Utterances.
    """
    sizes = np.geomspace(3, 30, n_speakers).round().astype(int)
    return np.tile(sizes[:, None], N_CLASSES)


@dataclasses.dataclass(frozen=True)
class Design:
    """Design of a test set.

    Arguments
    ---------
    folds : sequence of numpy.ndarray, (speakers, classes)
        Utterances of the test set of each fold.
    recalls : sequence of float, (classes,)
        Of the population.
    n_trials : int
        Of labelled utterances, one training each.
    """

    folds: tuple
    recalls: tuple = RECALLS
    n_trials: int = 1


DESIGNS = {
    **{f"{n} speakers": Design((balanced(n),)) for n in (2, 4, 6, 10, 24)},
    "6 speakers, UAR 0.9": Design((balanced(6),), HIGH),
    **{
        f"{n} speakers, 3 to 30 utterances per class": Design((unequal(n),))
        for n in (6, 24)
    },
    "29 speakers, 26 with one emotion": Design((one_emotion(),)),
    "mean of 4 folds, 10, 6, 29 and 24 speakers": Design(
        (balanced(10), balanced(6), one_emotion(), balanced(24))
    ),
    **{
        f"{n} speakers, 5 trials": Design((balanced(n),), n_trials=5)
        for n in (4, 10)
    },
}


def populations(design, rng, n_sets, n_systems=1) -> list:
    """Sample test sets from a population.

    Arguments
    ---------
    design : Design
        What is scored.
    rng : numpy.random.Generator
        Source of randomness.
    n_sets : int
        How many.
    n_systems : int
        Equally good, correlated by speaker and by trial.

    Returns
    -------
    list of numpy.ndarray, (sets, systems, trials, speakers, classes, classes)
        Confusion counts of each fold; an error falls on the next class.
    """
    recalls = np.array(design.recalls)
    right = np.eye(N_CLASSES, dtype=int)
    wrong = np.roll(right, 1, axis=1)
    found = []
    for fold in design.folds:
        n, d = len(fold), design.n_trials
        parts = {(1, n, 1): OF_SPEAKER, (1, n, N_CLASSES): 1 - OF_SPEAKER}
        if d > 1:
            parts[1, n, N_CLASSES] -= OF_DRAWING + OF_INTERACTION
            parts |= {(d, 1, 1): OF_DRAWING, (d, n, 1): OF_INTERACTION}
        skill = sum(
            np.sqrt(share) * _normal(rng, n_sets, n_systems, shape)
            for shape, share in parts.items()
        )
        probability = beta.ppf(
            ndtr(skill), recalls * CONCENTRATION, (1 - recalls) * CONCENTRATION
        )
        hits = rng.binomial(fold, probability)[..., None]
        found.append(hits * right + (fold[..., None] - hits) * wrong)
    return found


def _normal(rng, n_sets, n_systems, shape):
    """Sample standard normal numbers, correlated between systems."""
    common = rng.normal(size=(n_sets, 1, *shape))
    own = rng.normal(size=(n_sets, n_systems, *shape))
    return (
        np.sqrt(SHARED_BY_SYSTEMS) * common
        + np.sqrt(1 - SHARED_BY_SYSTEMS) * own
    )


def percentile(folds, rng) -> np.ndarray:
    """Compute percentile intervals of a bootstrap over speakers and trials.

    Arguments
    ---------
    folds : list of numpy.ndarray
        Of ``populations``; one system, or two to be compared.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    numpy.ndarray, (2, sets)
        Low and high.
    """
    scores = 0
    for counts in folds:
        trials, speakers = (
            rng.multinomial(n, np.full(n, 1 / n), size=N_BOOTSTRAP)
            for n in counts.shape[2:4]
        )
        drawn = np.einsum("bp,nsdpkl->nsbdkl", speakers, counts, optimize=True)
        scores = scores + np.einsum(
            "bd,nsbd->nsb", trials / counts.shape[2], metrics.uar_of(drawn)
        ) / len(folds)
    found = scores[:, 0] - scores[:, 1] if scores.shape[1] > 1 else scores[:, 0]
    return np.quantile(found, [0.025, 0.975], axis=1)


def ours(folds, term=None) -> np.ndarray:
    """Compute the intervals of the package.

    Arguments
    ---------
    folds : list of numpy.ndarray
        Of ``populations``; one system, or two to be compared.
    term : int, optional
        A class, of whose recall they are.

    Returns
    -------
    numpy.ndarray, (2, sets)
        Low and high.
    """
    n_sets, n_systems, n_trials = folds[0].shape[:3]
    trials = list(range(n_trials))
    # Each fold has speakers of its own.
    names = [
        [f"{fold}-{speaker}" for speaker in range(counts.shape[3])]
        for fold, counts in enumerate(folds)
    ]
    found = []
    for place in range(n_sets):
        systems = [
            [
                RunCounts(speakers, trials, counts[place, system])
                for speakers, counts in zip(names, folds, strict=True)
            ]
            for system in range(n_systems)
        ]
        found.append(estimate(*systems, term=term).interval())
    return np.array(found).T


def share_outside(bounds, truth) -> float:
    """Compute the share of intervals that exclude the true value.

    Arguments
    ---------
    bounds : numpy.ndarray, (2, sets)
        Low and high.
    truth : float
        Of the population.

    Returns
    -------
    float
        0-1.

    Example
    -------
    >>> share_outside(np.array([[0.1, 0.4], [0.5, 0.6]]), 0.3)
    0.5
    """
    low, high = bounds
    return float(np.mean((truth < low) | (truth > high)))


def measure(design, n_sets, seed=0) -> dict:
    """Simulate one design.

    Arguments
    ---------
    design : Design
        What is scored.
    n_sets : int
        Test sets to draw.
    seed : int
        Of all of it.

    Returns
    -------
    dict
        ``uar``, the coverage of a UAR, and ``null``, the share of differences
        whose interval leaves out 0 though the systems are equally good, each
        of the package (``ours``) and of the ``percentile`` bootstrap; and
        ``recalls``, the coverage of ``ours`` of each class, of a quarter of
        the sets.
    """
    rng = np.random.default_rng(seed)
    one = populations(design, rng, n_sets)
    two = populations(design, rng, n_sets, n_systems=2)
    truth = float(np.mean(design.recalls))
    quarter = [counts[: n_sets // 4] for counts in one]
    return {
        "uar": {
            "ours": 1 - share_outside(ours(one), truth),
            "percentile": 1 - share_outside(percentile(one, rng), truth),
        },
        "null": {
            "ours": share_outside(ours(two), 0.0),
            "percentile": share_outside(percentile(two, rng), 0.0),
        },
        "recalls": [
            1 - share_outside(ours(quarter, term), recall)
            for term, recall in enumerate(design.recalls)
        ],
    }


def main():
    """Simulate all designs and write the results."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sets", type=int, default=4000)
    parser.add_argument("--output", default=Path(__file__).with_suffix(".json"))
    arguments = parser.parse_args()
    found = {}
    for name, design in DESIGNS.items():
        found[name] = measure(design, arguments.sets)
        print(name, found[name], flush=True)
    recipe.write(arguments.output, {"n_sets": arguments.sets, "designs": found})


if __name__ == "__main__":
    main()
