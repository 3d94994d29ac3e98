"""Baselines beside the method: on the same utterances, told the same."""

from collections.abc import Sequence

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
        with mean, spread and interval; ``difference``, method minus baseline,
        with mean and interval, paired by speaker and by drawing of labelled
        utterances; and ``counts``, from which ``statistics.estimate``
        computes both again.
    """
    trials = [seed.trial for seed in seeds]
    answered = [set(seed.baselines) for seed in seeds]
    method = statistics.speaker_counts(
        [seed.predictions[PART] for seed in seeds], trials
    )
    found = []
    for name in sorted(set.intersection(*answered)):
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
