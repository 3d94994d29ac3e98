"""The resonance field and the highlights of a run for its report."""

import numpy as np


def resonance(run) -> dict | None:
    """Collect the field by epoch and the highlights of a few utterances.

    Arguments
    ---------
    run : evaluation.run.Run
        Of any method.

    Returns
    -------
    dict or None
        None without a field. ``field``: of each ``seed``, by epoch,
        ``reliability``, the fraction ``pseudo_labels`` of unlabelled utterances
        with a pseudo-label, and the mean ``posterior`` by class. Of the first
        seed, ``seed``, its ``highlights``: of each utterance its waveform
        envelope, frame weights and predicted class.
    """
    found = [seed for seed in run.first_trial if seed.notes.get("field")]
    if not found:
        return None
    return {
        "seed": found[0].number,
        "field": [
            {"seed": seed.number, **_columns(seed.notes["field"])}
            for seed in found
        ],
        "highlights": found[0].examples("highlights"),
    }


def _columns(epochs):
    """Convert records of epochs to lists over epochs."""
    return {
        "reliability": [epoch["reliability"] for epoch in epochs],
        "pseudo_labels": [epoch["pseudo_labels"] for epoch in epochs],
        "posterior": np.transpose(
            [epoch["posterior"] for epoch in epochs]
        ).tolist(),
    }
