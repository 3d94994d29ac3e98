"""Statistical comparison of systems by the predictions of their runs.

A system is a method with its settings; it has a run for each fold, such as one
for each held-out language. Two systems are compared on the same utterances by a
permutation test over speakers: p refers to other speakers, given the trained
models.
"""

import os
from collections.abc import Mapping

import numpy as np

from speechbrain_clser.evaluation import run as runs
from speechbrain_clser.evaluation import statistics
from speechbrain_clser.evaluation.dimension_scores import RunSums, speaker_sums
from speechbrain_clser.evaluation.json_safe import to_json_safe
from speechbrain_clser.evaluation.permutation import holm, permutation_test
from speechbrain_clser.evaluation.run_counts import RunCounts, speaker_counts

PART = "test"
MEAN = "mean"


def compare(run_a: str | os.PathLike, run_b: str | os.PathLike) -> dict:
    """Compare two runs on the same test utterances.

    Arguments
    ---------
    run_a, run_b : path
        Run folders; their seeds may differ in number.

    Returns
    -------
    dict
        Number of seeds each, of speakers, and for ``uar`` and ``wa``, or of
        dimensions ``ccc`` and ``rmse``, the difference (a minus b) with its
        interval and the p-value of the paired permutation test. Correct several
        p-values by ``permutation.holm``.

    Raises
    ------
    ValueError
        If the runs did not score the same utterances.
    """
    a, b = _counted({"a": {"": run_a}, "b": {"": run_b}}, "").values()
    found = {
        "n_seeds": [len(a.trials), len(b.trials)],
        "n_speakers": len(a.speakers),
    }
    for name in a.SCORES:
        found[name] = _difference([a], [b], name)
    return to_json_safe(found)


def compare_systems(
    systems: Mapping[str, Mapping[str, str | os.PathLike]], baseline: str
) -> dict:
    """Compare all systems with a baseline, by fold and over all folds.

    Arguments
    ---------
    systems : mapping
        System to its run folders by fold; all have the same folds.
    baseline : str
        The system that the others are compared with.

    Returns
    -------
    dict
        System to fold to cell, with the fold ``"mean"`` over all folds. A cell
        has ``uar``, or of dimensions ``ccc`` in the mean over them, with its
        interval over speakers, and except for the baseline
        ``difference`` (system minus baseline) with interval, ``p`` of the
        paired permutation test, and ``p_holm``: corrected for the number of
        systems in ``"mean"``, of systems times folds in the other folds.

    Raises
    ------
    ValueError
        If systems differ in their folds, or in the utterances of a fold.
    """
    folds = _folds(systems, baseline)
    by_fold = {fold: _counted(systems, fold) for fold in folds}
    return compare_counts(
        {
            name: {fold: by_fold[fold][name] for fold in folds}
            for name in systems
        },
        baseline,
    )


def compare_counts(
    systems: Mapping[str, Mapping[str, RunCounts | RunSums]], baseline: str
) -> dict:
    """Compare systems as ``compare_systems`` does, from counts or sums.

    Arguments
    ---------
    systems : mapping
        System to the counts of its runs by fold, or of dimensions to their sums,
        ``RunSums``; all have the same folds.
    baseline : str
        The system that the others are compared with.

    Returns
    -------
    dict
        See ``compare_systems``.

    Raises
    ------
    ValueError
        If systems differ in their folds, or in the utterances of a fold.
    """
    folds = _folds(systems, baseline)
    counts = {name: {} for name in systems}
    for fold in folds:
        aligned = _aligned([of[fold] for of in systems.values()])
        for name, one in zip(systems, aligned, strict=True):
            counts[name][fold] = [one]
    for by_fold in counts.values():
        by_fold[MEAN] = [one for (one,) in by_fold.values()]
    score = counts[baseline][MEAN][0].SCORES[0]
    cells = {
        name: {
            fold: {score: statistics.estimate(of, score=score).to_json()}
            for fold, of in by_fold.items()
        }
        for name, by_fold in counts.items()
    }
    for family in ([MEAN], folds):
        found = {
            (name, fold): _difference(of[fold], counts[baseline][fold], score)
            for name, of in counts.items()
            for fold in family
            if name != baseline
        }
        corrected = holm({place: one["p"] for place, one in found.items()})
        for (name, fold), one in found.items():
            one["p_holm"] = corrected[name, fold]
            cells[name][fold]["difference"] = one
    return to_json_safe(cells)


def _folds(systems, baseline):
    """Return the folds of the baseline; all systems must have the same."""
    folds = list(systems[baseline])
    for name, of in systems.items():
        if set(of) != set(folds):
            raise ValueError(
                f"expected runs of {name!r} on the folds of {baseline!r} "
                f"({', '.join(folds)}), found {', '.join(of)}; run the missing "
                "folds"
            )
    return folds


def _counted(systems, fold):
    """Return the counts or sums of all systems on a fold, of the same speakers."""
    found = {name: runs.read(of[fold]) for name, of in systems.items()}
    all_seeds = [seed for run in found.values() for seed in run.seeds]
    is_rated = all(run.is_rated for run in found.values())
    counted = speaker_sums if is_rated else speaker_counts
    counts = counted(
        [_in_order(seed.predictions[PART]) for seed in all_seeds],
        [seed.trial for seed in all_seeds],
    )
    ends = np.cumsum([len(run.seeds) for run in found.values()])[:-1]
    return {
        name: type(counts)(
            counts.speakers, [seed.trial for seed in run.seeds], own
        )
        for (name, run), own in zip(
            found.items(), np.split(counts.additive, ends), strict=True
        )
    }


def _aligned(runs):
    """Return the runs with the same speakers in the same order."""
    speakers = sorted({name for run in runs for name in run.speakers})
    place = {name: index for index, name in enumerate(speakers)}
    aligned = []
    for run in runs:
        n_trainings, _, *others = run.additive.shape
        found = np.zeros(
            (n_trainings, len(speakers), *others), run.additive.dtype
        )
        found[:, [place[name] for name in run.speakers]] = run.additive
        aligned.append(type(run)(speakers, run.trials, found))
    return aligned


def _in_order(scored):
    """Sort predictions by id."""
    return scored.where(np.argsort(scored.id))


def _difference(folds_a, folds_b, score):
    """Compute the difference of two runs with interval and p-value."""
    found = statistics.estimate(folds_a, folds_b, score).to_json()
    tested = permutation_test(
        *([fold.additive for fold in folds] for folds in (folds_a, folds_b)),
        folds_a[0].metric(score),
        speakers=[fold.speakers for fold in folds_a],
        targets=folds_a[0].targets,
    )
    return {
        "difference": found.pop("mean"),
        **found,
        "p": tested.p,
        "n_swaps": tested.n_swaps,
        "is_exact": tested.is_exact,
    }
