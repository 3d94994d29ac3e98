"""Scores of one part of a run from the predictions of its seeds."""

from collections.abc import Sequence

import numpy as np

from speechbrain_clser.evaluation import calibration, metrics, statistics
from speechbrain_clser.evaluation.divergence import RunDivergence
from speechbrain_clser.evaluation.predictions import Predictions
from speechbrain_clser.evaluation.run_counts import METRICS, speaker_counts

GROUPS = ("language", "corpus", "gender")


def scores(
    runs: Sequence[Predictions],
    seeds: Sequence[int],
    trials: Sequence[int] | None = None,
) -> dict:
    """Compute all scores of a part for the report.

    Arguments
    ---------
    runs : sequence of Predictions
        One per seed; those of one trial have the same utterances in the same
        order.
    seeds : sequence of int
        Seed of each.
    trials : sequence of int, optional
        Trial of each; by default 0.

    Returns
    -------
    dict
        Scores with mean, standard deviation over seeds (and over several
        trials), interval over speakers (and trials); UAR by group; recalls,
        confusion, histogram, calibration; ``counts``, from which
        ``statistics.intervals`` recomputes the intervals. With votes also the
        Jensen-Shannon divergence ``jsd``, that of their mean as the prediction of
        all utterances, ``constant_jsd``, and the sums of ``RunDivergence``. Scores are 0-1;
        numbers of utterances are those of the first trial.
    """
    trials = trials or [0] * len(runs)
    run_counts = speaker_counts(runs, trials)
    speakers, counts = run_counts.speakers, run_counts.confusion
    first, classes = runs[0], runs[0].classes
    per_seed = [
        {"trial": trial, "seed": seed, **_single(run)}
        for trial, seed, run in zip(trials, seeds, runs, strict=True)
    ]
    intervals = statistics.intervals(run_counts)
    divergence = None
    if first.votes is not None:
        divergence = RunDivergence.of(runs, trials)
    n_targets = counts[0].sum(axis=(0, 2))
    return {
        "n_utterances": len(first),
        "n_speakers": len(speakers),
        "chance_uar": _chance(n_targets),
        "absent_classes": [
            name for name, n in zip(classes, n_targets, strict=True) if n == 0
        ],
        "never_answered": [
            name
            for name, n in zip(classes, counts.sum((0, 1, 2)), strict=True)
            if n == 0
        ],
        "per_seed": per_seed,
        "per_trial": _per_trial(per_seed, trials),
        "scores": {
            name: summary([one[name] for one in per_seed], trials)
            | _bounds(intervals.get(name))
            for name in (*METRICS, "ece")
        }
        | ({} if divergence is None else {"jsd": mean_divergence(divergence)}),
        "recalls": [
            {"class": name, "n": int(n), "mean": float(mean)} | _bounds(bounds)
            for name, n, mean, bounds in zip(
                classes,
                n_targets,
                metrics.recalls_of(counts.sum((0, 1))),
                intervals["recalls"],
                strict=True,
            )
        ],
        "confusion": counts.sum((0, 1)).tolist(),
        "histogram": [
            {
                "class": name,
                "target": int(n_target),
                "predicted": float(n_predicted),
            }
            for name, n_target, n_predicted in zip(
                classes, n_targets, counts.mean(0).sum((0, 1)), strict=True
            )
        ],
        "calibration": calibration.calibration_bins(
            np.concatenate([run.probabilities for run in runs]),
            np.concatenate([run.target for run in runs]),
            range(len(classes)),
        ),
        "groups": {
            column: [
                group(
                    name,
                    [r.where(getattr(r, column) == name) for r in runs],
                    trials,
                )
                for name in np.unique(getattr(first, column)).tolist()
            ]
            for column in GROUPS
        },
        "speakers": [_speaker(name, runs, trials) for name in speakers],
        "counts": run_counts.to_json(),
    } | (
        {}
        if divergence is None
        else {
            "constant_jsd": float(
                metrics.jensen_shannon(
                    first.votes, first.votes.mean(axis=0)
                ).mean()
            ),
            "divergence": divergence.to_json(),
        }
    )


def mean_divergence(run: RunDivergence) -> dict:
    """Return mean, standard deviations and interval of the divergence of a run."""
    own = statistics.estimate([run]).to_json()
    return own | summary(run.values, run.trials)


def _single(run):
    """Compute the scores of one seed."""
    confusion, n_classes = run.confusion(), len(run.classes)
    found = {
        name: float(score(confusion)) for name, score in METRICS.items()
    } | {
        "ece": calibration.expected_calibration_error(
            run.probabilities, run.target, range(n_classes)
        )
    }
    if run.votes is not None:
        distance = metrics.jensen_shannon(run.votes, run.probabilities)
        found["jsd"] = float(distance.mean())
    return found


def summary(
    values: Sequence[float], trials: Sequence[int] | None = None
) -> dict:
    """Compute mean and standard deviations over seeds and trials.

    Arguments
    ---------
    values : sequence of float
        One per seed.
    trials : sequence of int, optional
        Trial of each.

    Returns
    -------
    dict
        ``mean``, and the standard deviation ``sd`` between seeds, NaN for one
        seed. For several trials, ``sd`` is the root mean square of those
        within trials, and ``sd_trials`` that between the means of trials.

    Example
    -------
    >>> summary([0.25, 0.5, 0.75])
    {'mean': 0.5, 'sd': 0.25}
    >>> summary([0.0, 0.5, 1.0], [0, 1, 2])
    {'mean': 0.5, 'sd': nan, 'sd_trials': 0.5}
    """
    values = np.asarray(values, float)
    trials = np.asarray([0] * len(values) if trials is None else trials)
    means = statistics.mean_by_trial(values, trials)
    within = [values[trials == trial] for trial in np.unique(trials)]
    spreads = [np.var(one, ddof=1) for one in within if len(one) > 1]
    spread = np.sqrt(np.mean(spreads)) if spreads else np.nan
    found = {"mean": float(np.mean(means)), "sd": float(spread)}
    if len(means) > 1:
        found["sd_trials"] = float(np.std(means, ddof=1))
    return found


def _per_trial(per_seed, trials):
    """Compute the UAR of each trial with its standard deviation over seeds."""
    uars = np.array([one["uar"] for one in per_seed])
    return [
        {"trial": trial, **summary(uars[np.asarray(trials) == trial])}
        for trial in sorted(set(trials))
    ]


def _bounds(interval):
    """Return an interval as ``low`` and ``high``; empty if it is None."""
    return {} if interval is None else {"low": interval[0], "high": interval[1]}


def _chance(n_targets):
    """Compute the UAR of a constant prediction of a present class."""
    return float(1 / np.count_nonzero(n_targets))


def group(
    name: str, runs: Sequence[Predictions], trials: Sequence[int]
) -> dict:
    """Compute the UAR of a group of utterances with its interval.

    Arguments
    ---------
    name : str
        Of the group, such as a language.
    runs : sequence of Predictions
        One per seed, of its utterances only.
    trials : sequence of int
        Trial of each.

    Returns
    -------
    dict
        ``name``, ``n_utterances``, ``n_speakers``, ``n_classes``, ``chance_uar``, and
        mean, standard deviation and interval of UAR, 0-1.
    """
    counts = speaker_counts(runs, trials)
    n_targets = counts.confusion[0].sum(axis=(0, 2))
    uars = metrics.uar_of(counts.confusion.sum(axis=1))
    return (
        {
            "name": name,
            "n_utterances": len(runs[0]),
            "n_speakers": len(counts.speakers),
            "n_classes": int(np.count_nonzero(n_targets)),
            "chance_uar": _chance(n_targets),
        }
        | statistics.estimate([counts]).to_json()
        | summary(uars, trials)
    )


def _speaker(name, runs, trials):
    """Compute the UAR of one speaker over the classes of the speaker."""
    # Trials in which all utterances of the speaker are labelled do not score them.
    runs_of_speaker = [
        (trial, run.where(run.speaker == name))
        for trial, run in zip(trials, runs, strict=True)
        if (run.speaker == name).any()
    ]
    first = runs_of_speaker[0][1]
    n_targets = first.confusion().sum(axis=1)
    uars = metrics.uar_of(
        np.array([run.confusion() for _, run in runs_of_speaker])
    )
    return {
        "name": name,
        "language": str(first.language[0]),
        "gender": str(first.gender[0]),
        "n_utterances": int(n_targets.sum()),
        "n_classes": int(np.count_nonzero(n_targets)),
        "chance_uar": _chance(n_targets),
    } | summary(uars, [trial for trial, _ in runs_of_speaker])
