"""Comparison of the method with baselines on the same utterances."""

from collections.abc import Sequence

from speechbrain_clser.evaluation import metrics, statistics
from speechbrain_clser.evaluation.divergence import RunDivergence
from speechbrain_clser.evaluation.run import Seed
from speechbrain_clser.evaluation.run_counts import speaker_counts
from speechbrain_clser.evaluation.scores import mean_divergence, summary

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
        and ``counts``, from which ``statistics.estimate`` recomputes both. With
        votes also ``jsd`` and ``jsd_difference``, and the sums of both.
    """
    trials = [seed.trial for seed in seeds]
    names = [set(seed.baselines) for seed in seeds]
    method = speaker_counts([seed.predictions[PART] for seed in seeds], trials)
    has_votes = seeds[0].predictions[PART].votes is not None
    found = []
    for name in sorted(set.intersection(*names)):
        counts = speaker_counts(
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
        if has_votes:
            ours, own = (
                RunDivergence.of(runs, trials)
                for runs in (
                    [seed.predictions[PART] for seed in seeds],
                    [seed.baselines[name] for seed in seeds],
                )
            )
            found[-1] |= {
                "jsd": mean_divergence(own),
                "jsd_difference": statistics.estimate(
                    [ours], against=[own]
                ).to_json(),
                "divergence": own.to_json(),
            }
    return found
