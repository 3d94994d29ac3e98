"""Section on recalls, confusions and predictions by class."""

from speechbrain_clser.evaluation import formatting, plots
from speechbrain_clser.evaluation.document import Details, Heading, Table
from speechbrain_clser.evaluation.plots.style import picture


def classes(report: dict) -> list:
    """Render recalls, confusion matrix and histogram of predictions.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``.
    """
    part = report["parts"]["target_scored"]
    return [
        Heading("Classes"),
        picture(
            report,
            plots.recall_per_class,
            "Recall of each class on the target corpus, with 95 % interval; "
            "number of utterances in brackets.",
        ),
        picture(
            report,
            plots.confusion_matrix,
            "Confusion matrix on the target corpus: rows are reference labels, "
            "columns predictions. Share of each row, and utterances summed "
            "over seeds.",
            width=min(700, 210 + 72 * len(report["classes"])),
        ),
        picture(
            report,
            plots.prediction_histogram,
            "Utterances by reference label and by predicted class (mean over "
            "seeds), target corpus.",
        ),
        Details(
            "As a table",
            [
                Table(
                    ["class", "utterances", "recall", "95 %", "predicted"],
                    [
                        [
                            recall["class"],
                            recall["n"],
                            formatting.percent(recall["mean"]),
                            formatting.interval(recall),
                            f"{bar['predicted']:.1f}",
                        ]
                        for recall, bar in zip(
                            part["recalls"], part["histogram"], strict=True
                        )
                    ],
                )
            ],
        ),
    ]
