"""Baselines beside the method: on the same utterances, told the same."""

from collections.abc import Sequence

import numpy as np

from speechbrain_clser.evaluation import metrics, statistics
from speechbrain_clser.evaluation.run import Seed
from speechbrain_clser.evaluation.scores import summary

PART = "target_scored"


def baselines(seeds: Sequence[Seed]) -> list:
    """Score each baseline, and hold the method against it.

    Arguments
    ---------
    seeds : sequence of Seed
        Of one run.

    Returns
    -------
    list of dict
        For each baseline that answered in every seed its ``name``; ``uar``
        with mean, spread and interval; and ``difference``, method minus
        baseline, with mean and interval. That is paired: speakers and
        drawings of labelled utterances are redrawn for both alike.
    """
    drawing = [seed.draw for seed in seeds]
    answered = [set(seed.baselines) for seed in seeds]
    method = _counts([seed.predictions[PART] for seed in seeds], drawing)
    found = []
    for name in sorted(set.intersection(*answered)):
        counts = _counts([seed.baselines[name] for seed in seeds], drawing)
        uars = metrics.uar_of(counts.sum(axis=1))
        gains = metrics.uar_of(method.sum(axis=1)) - uars
        told = {"drawings": [drawing], "against_drawings": [drawing]}
        found.append(
            {
                "name": name,
                "uar": summary(uars, drawing)
                | _bounds([counts], drawings=[drawing]),
                "difference": {
                    "mean": float(
                        np.mean(statistics.mean_by_drawing(gains, drawing))
                    )
                }
                | _bounds([method], [counts], **told),
            }
        )
    return found


def _counts(runs, drawing):
    return statistics.speaker_counts(runs, drawing)[1]


def _bounds(*folds, **drawings):
    """The interval of a mean, or of a difference of two."""
    low, high = statistics.mean_interval(*folds, **drawings)
    return {"low": low, "high": high}
