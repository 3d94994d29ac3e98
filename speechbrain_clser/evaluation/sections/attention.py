"""Section on the attention weights between streams."""

from speechbrain_clser.evaluation import plots
from speechbrain_clser.evaluation.document import Heading, Text
from speechbrain_clser.evaluation.sections.shared import picture


def attention(report: dict) -> list:
    """Render the attention weights of each stage for a few utterances.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``; empty without attention.
    """
    found = report["attention"]
    if found is None:
        return []
    return [
        Heading("Attention"),
        Text(
            "Attention weights between the frames of two streams at each fusion "
            "step, in the last layer, mean over heads. A uniform map is a mean "
            "over the utterance. Attention weights do not explain predictions.",
            role="lead",
        ),
        picture(
            report,
            plots.attention_maps,
            "The first scored utterance of each class; vertical: time in the "
            "attending stream, horizontal: time in the attended stream. Seed "
            f"{found['seed']}, after training.",
        ),
    ]
