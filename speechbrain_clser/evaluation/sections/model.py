"""Sections on confidence, training curves and embeddings."""

from speechbrain_clser.evaluation import formatting, plots
from speechbrain_clser.evaluation.document import Heading
from speechbrain_clser.evaluation.plots.curves import unweighted
from speechbrain_clser.evaluation.plots.style import picture


def confidence(report: dict) -> list:
    """Render the calibration of the model.

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
            "Accuracy of the predictions by confidence, on the target corpus. "
            "Below the line the model is overconfident.",
            width=420,
        ),
    ]


def training(report: dict) -> list:
    """Render the training curves and the selection of the epoch.

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
        "One line per seed. The epoch was selected on the sources, without the "
        "target corpus."
        if not report["ledger"]["oracle"]
        else "One line per seed. The epoch was selected on the target corpus: "
        "oracle."
    )
    if left_out := unweighted(report):
        caption += (
            f" Not shown, with weight 0: {formatting.enumeration(left_out)}."
        )
    return [
        Heading("Training"),
        picture(report, plots.training_curves, caption),
    ]


def embeddings(report: dict) -> list:
    """Render the map of embeddings.

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
            "Clusters by emotion are desired, clusters by language or speaker "
            "are not.",
        ),
    ]
