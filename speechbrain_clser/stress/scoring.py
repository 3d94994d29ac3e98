"""Score conditions and groups of speakers, with intervals over speakers."""

import dataclasses
import math

import numpy as np

from speechbrain_clser.evaluation.run_counts import RunCounts, speaker_counts
from speechbrain_clser.evaluation.statistics import Estimate, estimate

TOLERATED = 0.05  # of UAR
AXES = ("language", "gender", "corpus")
# Verdicts, from bad to good, with their rules.
RULES = {
    "at chance": "the interval of the UAR includes guessing",
    "degraded": "the UAR falls by more than 5 points, and the interval of the "
    "change is below 0",
    "unclear": "none of the others: too few speakers for a conclusion",
    "robust": "the interval of the change of the UAR is above -5 points",
}
GAP_RULES = {
    "gap": "the UAR differs by more than 5 points, and the interval of the "
    "difference excludes 0",
    "unclear": "none of the others",
    "no gap": "the interval of the difference lies within 5 points of 0",
}


def verdict(change: Estimate, score: Estimate, n_classes: int) -> str:
    """Judge a condition.

    Arguments
    ---------
    change : Estimate
        UAR minus that of clean recordings.
    score : Estimate
        UAR of the condition.
    n_classes : int
        Number of classes in the test set.

    Returns
    -------
    str
        A key of ``RULES``.

    Example
    -------
    >>> score = Estimate(0.6, 0.02, 10, n_speakers=11)
    >>> change = Estimate(-0.02, 0.01, 10, n_speakers=11, is_difference=True)
    >>> verdict(change, score, 4)
    'robust'
    """
    (low, high), (lowest, _) = change.interval(), score.interval()
    if math.isnan(low):
        return "unclear"
    if lowest <= 1 / n_classes:
        return "at chance"
    if change.value < -TOLERATED and high < 0:
        return "degraded"
    return "robust" if low > -TOLERATED else "unclear"


def gap_verdict(gap: Estimate) -> str:
    """Judge the difference of two groups.

    Example
    -------
    >>> gap_verdict(Estimate(0.1, 0.03, 10, n_speakers=9, is_difference=True))
    'gap'
    """
    low, high = gap.interval()
    if math.isnan(low):
        return "unclear"
    if abs(gap.value) > TOLERATED and not low <= 0 <= high:
        return "gap"
    return "no gap" if max(-low, high) < TOLERATED else "unclear"


def score(runs) -> list:
    """Score all conditions.

    Arguments
    ---------
    runs : dict
        Name of the condition to Predictions of the same utterances; the first is
        of clean recordings.

    Returns
    -------
    list of dict
        For each condition ``name``, ``uar``, ``change`` and ``agreement`` with
        ``mean``, ``low`` and ``high``, ``verdict``, and ``groups``: axis to group
        to the change of its UAR.
    """
    clean = next(iter(runs.values()))
    reference, rows = speaker_counts([clean]), []
    n_classes = len(np.unique(clean.target))
    for name, run in runs.items():
        counts = speaker_counts([run])
        uar = estimate([counts])
        change = estimate([counts], [reference])
        row = {
            "name": name,
            "uar": uar.to_json(),
            "change": change.to_json(),
            "agreement": agreement(run, clean).to_json(),
            "verdict": verdict(change, uar, n_classes),
            "groups": {
                axis: {
                    group: _difference_within(run, clean, axis, group)
                    for group in groups_of(clean, axis)
                }
                for axis in AXES
            },
        }
        rows.append(row)
    return rows


def groups_of(run, axis) -> list:
    """List the groups of an axis; none if there is one only.

    Utterances without a value, such as an unknown gender, are in no group.
    """
    groups = sorted({*getattr(run, axis).tolist()} - {""})
    return groups if len(groups) > 1 else []


def _difference_within(run, clean, axis, group):
    """Compute the change of the UAR of a group."""
    keep = getattr(clean, axis) == group
    pair = (speaker_counts([one.where(keep)]) for one in (run, clean))
    one, other = pair
    return estimate([one], [other]).to_json()


def agreement(run, clean) -> Estimate:
    """Estimate the share of utterances with the predicted class of clean ones.

    Arguments
    ---------
    run, clean : Predictions
        Of the same utterances.

    Returns
    -------
    Estimate
        0-1; speakers are the sampling units.
    """
    same = dataclasses.replace(run, target=clean.predicted)
    return estimate([speaker_counts([same])], score="wa")


def gaps(run) -> list:
    """Compare each group of speakers with all others.

    Arguments
    ---------
    run : Predictions
        Of clean recordings.

    Returns
    -------
    list of dict
        ``axis``, ``group``, ``n_speakers``, ``uar``, ``above_chance`` (UAR, 0 at
        guessing and 1 without errors), ``gap`` (UAR minus that of the others),
        ``recall_gaps`` (class to difference of recalls) and ``verdict``.
    """
    rows, n_classes = [], len(run.classes)
    for axis in AXES:
        for group in groups_of(run, axis):
            values = getattr(run, axis)
            inside = speaker_counts([run.where(values == group)])
            outside = run.where((values != group) & (values != ""))
            others = speaker_counts([outside])
            uar, gap = estimate([inside]), unpaired(inside, others)
            present = inside.confusion.sum(axis=(0, 1, 3)) > 0
            chance = 1 / max(np.count_nonzero(present), 1)
            scale = (1 - chance) or math.nan
            rows.append(
                {
                    "axis": axis,
                    "group": group,
                    "n_speakers": len(inside.speakers),
                    "uar": uar.to_json(),
                    "above_chance": (uar.value - chance) / scale,
                    "gap": gap.to_json(),
                    "recall_gaps": {
                        run.classes[k]: unpaired(inside, others, k).to_json()
                        for k in range(n_classes)
                        if present[k]
                        and others.confusion.sum(axis=(0, 1, 3))[k]
                    },
                    "verdict": gap_verdict(gap),
                }
            )
    return rows


def unpaired(one: RunCounts, other: RunCounts, term=None) -> Estimate:
    """Estimate the difference of two groups of different speakers.

    Arguments
    ---------
    one, other : RunCounts
        The standard error is NaN if they have common speakers.
    term : int, optional
        Class whose recalls are compared, instead of the UAR.

    Returns
    -------
    Estimate
        The variance is the sum of both; the degrees of freedom are Welch's.

    Source
    ------
    Welch, The Generalization of Student's Problem When Several Different
    Population Variances Are Involved, Biometrika 34, 1947.

    Example
    -------
    >>> high = RunCounts(["a", "b"], [0], np.array([[[[4]], [[4]]]]))
    >>> unpaired(high, high).value
    0.0
    """
    parts = [estimate([counts], term=term) for counts in (one, other)]
    variances = np.square([part.standard_error for part in parts])
    if {*one.speakers} & {*other.speakers}:
        variances = np.full(2, np.nan)
    variance = variances.sum()
    dfs = np.array([part.df for part in parts])
    df = dfs.min()
    if variance > 0:
        df = variance**2 / np.sum(variances**2 / dfs)
    return Estimate(
        parts[0].value - parts[1].value,
        float(np.sqrt(variance)),
        float(df),
        sum(part.n_speakers for part in parts),
        is_difference=True,
    )
