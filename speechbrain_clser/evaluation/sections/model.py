"""What the model is like: its confidence, training and embeddings."""

from speechbrain_clser.evaluation import formatting, plots
from speechbrain_clser.evaluation.document import Heading
from speechbrain_clser.evaluation.plots.curves import unweighted
from speechbrain_clser.evaluation.sections.shared import picture


def confidence(report: dict) -> list:
    """Show whether the model is as sure as it should be.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``.
    """
    return [
        Heading("Confidence"),
        picture(
            report,
            plots.reliability,
            "Accuracy of the answers by their confidence, on the target "
            "corpus. Below "
            "the line the model is surer than it should be.",
            width=420,
        ),
    ]


def training(report: dict) -> list:
    """Show how training went, and who chose the epoch.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``.
    """
    caption = (
        "A line per seed. Only the sources are seen here: no epoch was "
        "chosen by the target corpus."
        if not report["ledger"]["oracle"]
        else "A line per seed. The epoch was chosen by the target corpus: oracle."
    )
    if left_out := unweighted(report):
        caption += (
            f" Not shown, of weight 0: {formatting.enumeration(left_out)}."
        )
    return [
        Heading("Training"),
        picture(report, plots.training_curves, caption),
    ]


def embeddings(report: dict) -> list:
    """Show what lies near what.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``.
    """
    points = report["map"]
    return [
        Heading("Embeddings"),
        picture(
            report,
            plots.embedding_map,
            f"{len(points['x'])} of {points['n_utterances']} embeddings of "
            f"seed {points['seed']} in two dimensions ({points['method']}). "
            "Clusters by emotion are wished for, clusters by language or "
            "speaker are not.",
        ),
    ]
