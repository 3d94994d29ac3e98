"""Attention weights of a few utterances for the report."""

from speechbrain_clser.evaluation.document import Heading, Text
from speechbrain_clser.evaluation.plots.style import picture
from speechbrain_clser.methods.hump_cat import plots


def attention(run) -> dict | None:
    """Collect the attention weights of the first seed, with its predictions.

    Arguments
    ---------
    run : evaluation.run.Run
        Of any method.

    Returns
    -------
    dict or None
        None without attention. ``seed`` and ``utterances``: of each
        ``target``, ``predicted``, ``language``, ``duration_s`` and ``stages``,
        with ``names`` of both sides and maps ``to_second`` and ``to_first``.
    """
    first = run.seeds[0]
    utterances = first.examples("attention")
    if not utterances:
        return None
    return {"seed": first.number, "utterances": utterances}


def sections(report) -> list:
    """Render the attention weights of each stage for a few utterances."""
    found = report.get("attention")
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
