"""Where emotion was heard, and what the field made of the unlabelled."""

from speechbrain_clser.evaluation import formatting, plots
from speechbrain_clser.evaluation.document import Heading, Table, Text
from speechbrain_clser.evaluation.sections.shared import picture


def resonance(report: dict) -> list:
    """Show highlights over waveforms, and the field over epochs.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``; none where no field was built.
    """
    found = report["resonance"]
    if found is None:
        return []
    return [
        Heading("Highlights and the field"),
        Text(
            "What prototypes of a few labelled utterances find in those "
            "without a label, and by which moments. Nobody checked these "
            "posteriors against labels.",
            role="lead",
        ),
        *([_highlights(report)] if found["highlights"] else []),
        picture(
            report,
            plots.field_posteriors,
            "Over the unlabelled utterances of each epoch; a line per seed. A "
            "posterior that leaves the dotted line is a class that the field "
            "prefers; reliability is 1 less the entropy of a posterior, as a "
            "share of the highest.",
        ),
        Table(
            ["seed", "reliability", "believed", *report["classes"]],
            [_last(seed) for seed in found["field"]],
        ),
        Text("The last epoch, in percent.", role="lead"),
    ]


def _highlights(report):
    """The first scored utterance of each class."""
    return picture(
        report,
        plots.highlight_moments,
        "The first scored utterance of each class. Coloured are the moments "
        "that carry the answer, the stronger the more; the colour is that of "
        f"the answer. Seed {report['resonance']['seed']}, after training.",
    )


def _last(seed):
    """A row: where a seed ended."""
    shares = [seed["reliability"], seed["believed"], *seed["posterior"]]
    return [seed["seed"], *(formatting.percent(of[-1]) for of in shares)]
