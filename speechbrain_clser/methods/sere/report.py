"""The resonance field and the highlights of a run for its report."""

import numpy as np

from speechbrain_clser.evaluation import formatting
from speechbrain_clser.evaluation.document import Heading, Table, Text
from speechbrain_clser.evaluation.plots.style import picture
from speechbrain_clser.methods.sere import plots


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
        ``reliability``, the fraction ``believed`` of unlabelled utterances
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
        "believed": [epoch["believed"] for epoch in epochs],
        "posterior": np.transpose(
            [epoch["posterior"] for epoch in epochs]
        ).tolist(),
    }


def sections(report) -> list:
    """Render highlights over waveforms and the field over epochs."""
    found = report.get("resonance")
    if found is None:
        return []
    return [
        Heading("Highlights and the field"),
        Text(
            "Posteriors of the field on unlabelled utterances, from prototypes "
            "of a few labelled utterances, and highlight frames. The posteriors "
            "were not compared with labels.",
            role="lead",
        ),
        *([_highlights(report)] if found["highlights"] else []),
        picture(
            report,
            plots.field_posteriors,
            "Over the unlabelled utterances of each epoch; one line per seed. "
            "The dotted line is a uniform posterior; reliability is 1 minus "
            "the normalised entropy of a posterior.",
        ),
        Table(
            ["seed", "reliability", "pseudo-labels", *report["classes"]],
            [_last(seed) for seed in found["field"]],
        ),
        Text("The last epoch, in percent.", role="lead"),
    ]


def _highlights(report):
    """Render the highlights of the first scored utterance of each class."""
    return picture(
        report,
        plots.highlight_moments,
        "The first scored utterance of each class. The opacity is the weight of "
        "a frame, the colour the predicted class. Seed "
        f"{report['resonance']['seed']}, after training.",
    )


def _last(seed):
    """Return the row of the last epoch of a seed."""
    shares = [seed["reliability"], seed["believed"], *seed["posterior"]]
    return [seed["seed"], *(formatting.percent(of[-1]) for of in shares)]
