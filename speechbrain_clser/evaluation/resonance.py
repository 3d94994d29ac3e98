"""What a resonance field found, and where it heard it, as the report tells it."""

from collections.abc import Sequence

import numpy as np

from speechbrain_clser.evaluation.run import Seed

PART = "target_scored"


def resonance(seeds: Sequence[Seed]) -> dict | None:
    """Tell the field epoch by epoch, and the highlights of a few utterances.

    Arguments
    ---------
    seeds : sequence of Seed
        Of one trial.

    Returns
    -------
    dict or None
        None where no field was built. ``field``: of each ``seed``, by epoch,
        ``reliability`` and the share ``believed`` of the unlabelled, and
        ``posterior``: by class, the mean over them. Of the first seed,
        ``seed``, its ``highlights``: of each utterance its outline, the
        weights of its frames, and what was answered.
    """
    found = [seed for seed in seeds if seed.notes.get("field")]
    if not found:
        return None
    first = found[0]
    answers = first.predictions[PART].answers()
    return {
        "seed": first.number,
        "field": [
            {"seed": seed.number, **_columns(seed.notes["field"])}
            for seed in found
        ],
        "highlights": [
            one | {"predicted": answers[one["id"]]} for one in first.highlights
        ],
    }


def _columns(epochs):
    """A list over epochs of each number; posteriors class by class."""
    return {
        "reliability": [epoch["reliability"] for epoch in epochs],
        "believed": [epoch["believed"] for epoch in epochs],
        "posterior": np.transpose(
            [epoch["posterior"] for epoch in epochs]
        ).tolist(),
    }
