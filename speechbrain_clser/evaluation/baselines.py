"""Comparison of the method with baselines on the same utterances."""

from collections.abc import Sequence

from speechbrain_clser.evaluation import metrics, statistics
from speechbrain_clser.evaluation.run import Seed
from speechbrain_clser.evaluation.scores import summary

PART = "test"


def baselines(seeds: Sequence[Seed]) -> list:
    """Score each baseline and compare the method with it.

    Arguments
    ---------
    seeds : sequence of Seed
        Of one run.

    Returns
    -------
    list of dict
        For each baseline with predictions of every seed its ``name``; ``uar``
        with mean, standard deviations and interval; ``difference``, method
        minus baseline, with mean and interval, paired by speaker and trial;
        and ``counts``, from which ``statistics.estimate`` recomputes both.
    """
    trials = [seed.trial for seed in seeds]
    names = [set(seed.baselines) for seed in seeds]
    method = statistics.speaker_counts(
        [seed.predictions[PART] for seed in seeds], trials
    )
    found = []
    for name in sorted(set.intersection(*names)):
        counts = statistics.speaker_counts(
            [seed.baselines[name] for seed in seeds], trials
        )
        uars = metrics.uar_of(counts.confusion.sum(axis=1))
        own = statistics.estimate([counts])
        found.append(
            {
                "name": name,
                "uar": own.to_json() | summary(uars, trials),
                "difference": statistics.estimate(
                    [method], against=[counts]
                ).to_json(),
                "counts": counts.to_json(),
            }
        )
    return found
