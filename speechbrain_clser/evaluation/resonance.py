"""Report entries of the resonance field and the highlights."""

from collections.abc import Sequence

import numpy as np

from speechbrain_clser.evaluation.run import Seed

PART = "target_scored"


def resonance(seeds: Sequence[Seed]) -> dict | None:
    """Collect the field by epoch and the highlights of a few utterances.

    Arguments
    ---------
    seeds : sequence of Seed
        Of one trial.

    Returns
    -------
    dict or None
        None without a field. ``field``: of each ``seed``, by epoch,
        ``reliability``, the fraction ``believed`` of unlabelled utterances
        with a pseudo-label, and the mean ``posterior`` by class. Of the first
        seed, ``seed``, its ``highlights``: of each utterance its waveform
        envelope, frame weights and predicted class.
    """
    found = [seed for seed in seeds if seed.notes.get("field")]
    if not found:
        return None
    first = found[0]
    predicted = first.predictions[PART].predicted_by_id()
    return {
        "seed": first.number,
        "field": [
            {"seed": seed.number, **_columns(seed.notes["field"])}
            for seed in found
        ],
        "highlights": [
            one | {"predicted": predicted[one["id"]]}
            for one in first.highlights
        ],
    }


def _columns(epochs):
    """Convert records of epochs to lists over epochs."""
    return {
        "reliability": [epoch["reliability"] for epoch in epochs],
        "believed": [epoch["believed"] for epoch in epochs],
        "posterior": np.transpose(
            [epoch["posterior"] for epoch in epochs]
        ).tolist(),
    }
