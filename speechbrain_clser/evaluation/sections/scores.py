"""The scores in numbers."""

from speechbrain_clser.evaluation import wording
from speechbrain_clser.evaluation.document import Heading, Table, Text
from speechbrain_clser.evaluation.sections.shared import NAMES


def scores(report: dict) -> list:
    """Give means and intervals, and each seed.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``.
    """
    columns = ["", "UAR", "95 %", "WA", "macro-F1", "ECE"]
    parts = report["parts"]
    rows = [
        [
            NAMES[name],
            wording.spread(part["scores"]["uar"]),
            wording.interval(part["scores"]["uar"]),
            *(
                wording.spread(part["scores"][score])
                for score in ("wa", "macro_f1", "ece")
            ),
        ]
        for name, part in parts.items()
    ]
    chosen = report["selection"]["seeds"]
    seeds = [
        [one["seed"], one["phase"], one["epoch"]]
        + [
            wording.percent(score)
            for score in (
                source["uar"],
                target["uar"],
                target["wa"],
                target["macro_f1"],
            )
        ]
        for one, source, target in zip(
            chosen,
            parts["source_valid"]["per_seed"],
            parts["target_scored"]["per_seed"],
            strict=True,
        )
    ]
    header = [
        "seed",
        "phase",
        "epoch",
        "source UAR",
        "target UAR",
        "WA",
        "macro-F1",
    ]
    return [
        Heading("Scores"),
        Table(columns, rows),
        Text(
            "Source is the validation part of the training languages. All in "
            "percent, mean over seeds; after ± the standard deviation between "
            "seeds. UAR, unweighted average recall, is the mean of "
            "the classes' recalls; WA, weighted accuracy, the share of right "
            "answers; ECE the expected calibration error. The interval is a "
            "bootstrap over speakers (10,000 draws): how the mean would move "
            "with other speakers.",
            role="lead",
        ),
        Text(f"Epochs were chosen by {report['selection']['rule']}."),
        Table(header, seeds),
    ]
