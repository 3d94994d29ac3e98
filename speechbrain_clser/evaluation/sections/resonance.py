"""Section on highlights and the resonance field."""

from speechbrain_clser.evaluation import formatting, plots
from speechbrain_clser.evaluation.document import Heading, Table, Text
from speechbrain_clser.evaluation.sections.shared import picture


def resonance(report: dict) -> list:
    """Render highlights over waveforms and the field over epochs.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``; empty without a field.
    """
    found = report["resonance"]
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
