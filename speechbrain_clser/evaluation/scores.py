"""Scores of one part of a run, from the predictions of its seeds."""

from collections.abc import Sequence

import numpy as np

from speechbrain_clser.evaluation import calibration, metrics, statistics
from speechbrain_clser.evaluation.predictions import Predictions

GROUPS = ("language", "corpus", "gender")


def scores(runs: Sequence[Predictions], seeds: Sequence[int]) -> dict:
    """Compute every number that a report shows of a part.

    Arguments
    ---------
    runs : sequence of Predictions
        One per seed, of the same utterances in the same order.
    seeds : sequence of int
        Their seeds.

    Returns
    -------
    dict
        Scores with mean, spread over seeds and interval over speakers; the
        same UAR by group; recalls, confusion, histogram, calibration. Shares
        are 0-1.
    """
    speakers, counts = statistics.speaker_counts(runs)
    first, classes = runs[0], runs[0].classes
    per_seed = [
        {"seed": seed, **_single(run)}
        for seed, run in zip(seeds, runs, strict=True)
    ]
    intervals = statistics.intervals(counts)
    n_meant = counts[0].sum(axis=(0, 2))
    return {
        "n_utterances": len(first),
        "n_speakers": len(speakers),
        "chance_uar": _chance(n_meant),
        "absent_classes": [
            name for name, n in zip(classes, n_meant, strict=True) if n == 0
        ],
        "never_answered": [
            name
            for name, n in zip(classes, counts.sum((0, 1, 2)), strict=True)
            if n == 0
        ],
        "per_seed": per_seed,
        "scores": {
            name: summary([one[name] for one in per_seed])
            | _bounds(intervals.get(name))
            for name in ("uar", "wa", "macro_f1", "ece")
        },
        "recalls": [
            {"class": name, "n": int(n), "mean": float(mean)} | _bounds(bounds)
            for name, n, mean, bounds in zip(
                classes,
                n_meant,
                metrics.recalls_of(counts.sum((0, 1))),
                intervals["recalls"],
                strict=True,
            )
        ],
        "confusion": counts.sum((0, 1)).tolist(),
        "histogram": [
            {"class": name, "target": int(meant), "predicted": float(answered)}
            for name, meant, answered in zip(
                classes, n_meant, counts.mean(0).sum((0, 1)), strict=True
            )
        ],
        "calibration": calibration.calibration_bins(
            np.concatenate([run.probabilities for run in runs]),
            np.concatenate([run.target for run in runs]),
            range(len(classes)),
        ),
        "groups": {
            column: [
                _group(name, runs, getattr(first, column) == name)
                for name in np.unique(getattr(first, column)).tolist()
            ]
            for column in GROUPS
        },
        "speakers": [_speaker(name, runs) for name in speakers],
    }


def _single(run):
    """Scores of one seed."""
    confusion, n_classes = run.confusion(), len(run.classes)
    return {
        name: float(score(confusion))
        for name, score in statistics.METRICS.items()
    } | {
        "ece": calibration.expected_calibration_error(
            run.probabilities, run.target, range(n_classes)
        )
    }


def summary(values: Sequence[float]) -> dict:
    """Find mean and spread over seeds.

    Arguments
    ---------
    values : sequence of float
        One per seed.

    Returns
    -------
    dict
        ``mean``, and the standard deviation ``sd``: nan for one seed.

    Example
    -------
    >>> summary([0.25, 0.5, 0.75])
    {'mean': 0.5, 'sd': 0.25}
    """
    spread = np.std(values, ddof=1) if len(values) > 1 else np.nan
    return {"mean": float(np.mean(values)), "sd": float(spread)}


def _bounds(interval):
    """An interval by name; nothing where there is none."""
    return {} if interval is None else {"low": interval[0], "high": interval[1]}


def _chance(n_meant):
    """UAR of always giving one and the same answer that can be right."""
    return float(1 / np.count_nonzero(n_meant))


def _group(name, runs, keep):
    """UAR of a language, corpus or gender, with its own interval."""
    kept = [run.where(keep) for run in runs]
    speakers, counts = statistics.speaker_counts(kept)
    n_meant = counts[0].sum(axis=(0, 2))
    uars = metrics.uar_of(counts.sum(axis=1))
    return (
        {
            "name": name,
            "n_utterances": len(kept[0]),
            "n_speakers": len(speakers),
            "n_classes": int(np.count_nonzero(n_meant)),
            "chance_uar": _chance(n_meant),
        }
        | summary(uars.tolist())
        | _bounds(statistics.intervals(counts)["uar"])
    )


def _speaker(name, runs):
    """UAR of one speaker over the classes that he or she has."""
    first = runs[0]
    keep = first.speaker == name
    confusions = np.array([run.where(keep).confusion() for run in runs])
    n_meant = confusions[0].sum(axis=1)
    row = np.flatnonzero(keep)[0]
    return {
        "name": name,
        "language": str(first.language[row]),
        "gender": str(first.gender[row]),
        "n_utterances": int(n_meant.sum()),
        "n_classes": int(np.count_nonzero(n_meant)),
        "chance_uar": _chance(n_meant),
    } | summary(metrics.uar_of(confusions).tolist())
