"""What streams attended to when they met."""

from speechbrain_clser.evaluation import plots
from speechbrain_clser.evaluation.document import Heading, Text
from speechbrain_clser.evaluation.sections.shared import picture


def attention(report: dict) -> list:
    """Show the attention of each stage in a few utterances.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``; none where nothing attends.
    """
    found = report["attention"]
    if found is None:
        return []
    return [
        Heading("Attention"),
        Text(
            "Which moments of one stream look at which moments of the other "
            "where streams meet, in the last layer, mean of the heads. An "
            "even map is a mean over the utterance; it tells where a stream "
            "looked and not why it answered.",
            role="lead",
        ),
        picture(
            report,
            plots.attention_maps,
            "The first scored utterance of each class; time goes up in the "
            "stream that looks and across in the one that is looked at. Seed "
            f"{found['seed']}, after training.",
        ),
    ]
