"""Scores of predicted values with intervals over speakers.

They are computed from sums per training and speaker (``RunSums``), which report.json
contains, by the estimator of ``statistics``: the influence of a speaker on a metric is
its derivative by the sums, times the sums of the speaker.
"""

import dataclasses
import math
from collections.abc import Mapping, Sequence

import numpy as np

from speechbrain_clser.evaluation import regression, statistics
from speechbrain_clser.evaluation.formatting import LEAST_SPEAKERS
from speechbrain_clser.evaluation.rated_predictions import RatedPredictions
from speechbrain_clser.evaluation.run_counts import speakers_and_trials
from speechbrain_clser.evaluation.scores import GROUPS, summary


@dataclasses.dataclass(frozen=True, eq=False)
class RunSums:
    """Sums of a run, the input of intervals.

    Arguments
    ---------
    speakers : list of str
        In the order of the sums.
    trials : list of int
        Trial of each training.
    sums : numpy.ndarray, (trainings, speakers, dimensions, 6)
        See ``regression.sums``.
    """

    speakers: list
    trials: list
    sums: np.ndarray
    SCORES = ("ccc", "rmse")  # that ``comparison`` tests, the main one first

    @property
    def additive(self):
        """The sums: (trainings, speakers, ...), additive over speakers."""
        return self.sums

    @staticmethod
    def metric(score: str):
        """Return the function of additive sums that gives a score."""
        metric = regression.METRICS[score]
        return lambda sums: metric(sums).mean(axis=-1)

    @staticmethod
    def targets(additive):
        """Return the sums that do not depend on predictions: n, x and x²."""
        return additive[..., [0, 1, 3]]

    def terms(self, score: str) -> tuple:
        """Return numerators and denominators, (trainings, speakers, dimensions)."""
        return regression.terms(score, self.sums)

    def to_json(self) -> dict:
        """Return the sums as plain lists."""
        return {
            "speakers": list(self.speakers),
            "trials": list(self.trials),
            "sums": np.round(self.sums, 9).tolist(),
        }

    @classmethod
    def from_json(cls, saved: Mapping) -> "RunSums":
        """Restore sums that ``to_json`` returned."""
        sums = np.asarray(saved["sums"], float)
        return cls(list(saved["speakers"]), list(saved["trials"]), sums)


def speaker_sums(
    runs: Sequence[RatedPredictions], trial_of_run: Sequence[int] | None = None
) -> RunSums:
    """Compute the sums of each training and speaker.

    Arguments
    ---------
    runs : sequence of RatedPredictions
        One per seed; those of one trial have the same utterances.
    trial_of_run : sequence of int, optional
        Trial of each run; by default the same for all.

    Returns
    -------
    RunSums
        With the speakers in alphabetical order.

    Raises
    ------
    ValueError
        If seeds differ in test utterances, targets or dimensions.
    """
    speakers, trials = speakers_and_trials(runs, trial_of_run, "dimensions")
    shape = len(runs), len(speakers), len(runs[0].names), regression.N_SUMS
    found = np.zeros(shape)
    for number, run in enumerate(runs):
        for place, speaker in enumerate(speakers):
            own = run.speaker == speaker
            found[number, place] = regression.sums(
                run.target[own], run.predicted[own]
            )
    return RunSums(speakers.tolist(), trials, found)


def estimate(
    run: RunSums,
    score: str = "ccc",
    term: int | None = None,
    against: RunSums | None = None,
) -> dict:
    """Estimate a score, or a difference of two, with its interval.

    Arguments
    ---------
    run : RunSums
        Of the method.
    score : str
        One of ``regression.METRICS``.
    term : int, optional
        Index of a dimension; by default the mean over the dimensions.
    against : RunSums, optional
        Of another system on the same utterances, whose score is subtracted.

    Returns
    -------
    dict
        ``mean``, ``low`` and ``high``. The interval of a correlation is a t interval
        on the scale of Fisher's z, that of an error on the logit scale.

    Example
    -------
    >>> x = np.array([[0.2], [0.4], [0.9]])
    >>> sums = [regression.sums(x, x + k) for k in (0.0, 0.1, 0.2)]
    >>> found = estimate(RunSums(["a", "b", "c"], [0], np.array([sums])))
    >>> {name: round(value, 2) for name, value in found.items()}
    {'mean': 0.91, 'low': 0.06, 'high': 1.0}
    """
    pair = None if against is None else [against]
    return statistics.estimate([run], pair, score, term).to_json()


def scores(
    runs: Sequence[RatedPredictions],
    seeds: Sequence[int],
    trials: Sequence[int] | None = None,
) -> dict:
    """Compute all scores of a part for the report.

    Arguments
    ---------
    runs : sequence of RatedPredictions
        One per seed; those of one trial have the same utterances.
    seeds : sequence of int
        Seed of each.
    trials : sequence of int, optional
        Trial of each; by default 0.

    Returns
    -------
    dict
        Scores with mean, standard deviation over seeds (and over several
        trials) and interval over speakers (and trials), of each dimension and in
        the mean; CCC by group; ``sums``, from which ``estimate`` recomputes the
        intervals.
    """
    trials = trials or [0] * len(runs)
    run, first = speaker_sums(runs, trials), runs[0]
    per_seed = {
        name: metric(run.sums.sum(axis=1))  # (trainings, dimensions)
        for name, metric in regression.METRICS.items()
    }
    dimensions = [
        {
            "name": dimension,
            "target": _spread(first.target[:, k]),
            "predicted": _spread(first.predicted[:, k]),
            "scores": {
                name: estimate(run, name, k) | summary(values[:, k], trials)
                for name, values in per_seed.items()
            },
        }
        for k, dimension in enumerate(first.names)
    ]
    means = {name: values.mean(axis=1) for name, values in per_seed.items()}
    return {
        "n_utterances": len(first),
        "n_speakers": len(run.speakers),
        "scores": {
            name: estimate(run, name) | summary(values, trials)
            for name, values in means.items()
        },
        "dimensions": dimensions,
        "per_seed": [
            {"trial": trial, "seed": seed}
            | {name: float(values[k]) for name, values in means.items()}
            for k, (trial, seed) in enumerate(zip(trials, seeds, strict=True))
        ],
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
        "sums": run.to_json(),
    }


def _spread(values):
    return {"mean": float(values.mean()), "sd": float(values.std())}


def group(name, runs, trials) -> dict:
    """Compute the CCC of a group of utterances.

    Arguments
    ---------
    name : str
        Of the group, such as a language.
    runs : sequence of RatedPredictions
        One per seed, of its utterances only.
    trials : sequence of int
        Trial of each.

    Returns
    -------
    dict
        ``name``, ``n_utterances``, ``n_speakers``, ``mean``, ``low`` and ``high`` of
        the CCC in the mean over dimensions, and ``dimensions``, a list of the CCC of
        each.
    """
    run = speaker_sums(runs, trials)
    return {
        "name": name,
        "n_utterances": len(runs[0]),
        "n_speakers": len(run.speakers),
        "dimensions": [
            estimate(run, term=k)["mean"] for k in range(len(runs[0].names))
        ],
    } | estimate(run)


def baselines(seeds: Sequence) -> list:
    """Score each baseline and compare the method with it.

    Arguments
    ---------
    seeds : sequence of Seed
        Of one run.

    Returns
    -------
    list of dict
        For each baseline with predictions of every seed its ``name``, ``ccc``,
        ``rmse`` and the ``difference`` in CCC, method minus baseline, paired by
        speaker and trial, each in the mean over dimensions; and ``dimensions``,
        the CCC and the difference of each.
    """
    trials = [seed.trial for seed in seeds]
    method = speaker_sums([seed.predictions["test"] for seed in seeds], trials)
    found = []
    for name in sorted(set.intersection(*(set(s.baselines) for s in seeds))):
        runs = [seed.baselines[name] for seed in seeds]
        run = speaker_sums(runs, trials)
        found.append(
            {
                "name": name,
                "ccc": estimate(run),
                "rmse": estimate(run, "rmse"),
                "difference": estimate(method, against=run),
                "dimensions": [
                    {
                        "name": dimension,
                        "ccc": estimate(run, term=k),
                        "difference": estimate(method, term=k, against=run),
                    }
                    for k, dimension in enumerate(runs[0].names)
                ],
                "sums": run.to_json(),
            }
        )
    return found


def verdict(part: dict) -> dict:
    """Compare the CCC of the target with 0, that of a constant prediction.

    Arguments
    ---------
    part : dict
        Of ``scores``.

    Returns
    -------
    dict
        ``kind`` and ``sentence`` as of ``formatting.verdict``.
    """
    ccc, of = part["scores"]["ccc"], "0, the CCC of a constant prediction"
    if math.isnan(ccc["low"]):
        kind, text = "unknown", "No interval: the test set has one speaker."
    elif part["n_speakers"] < LEAST_SPEAKERS:
        kind, text = (
            "unknown",
            f"Not compared with {of}: {part['n_speakers']} speakers are too "
            f"few, at least {LEAST_SPEAKERS} are needed.",
        )
    elif ccc["low"] > 0:
        kind = "above"
        text = f"The whole 95 % interval of the mean CCC is above {of}."
    elif ccc["high"] < 0:
        kind = "below"
        text = (
            f"The whole 95 % interval of the mean CCC is below {of}; scales may "
            "be reversed between corpora."
        )
    else:
        kind = "includes"
        text = f"The 95 % interval of the mean CCC includes {of}."
    return {"kind": kind, "sentence": text}
