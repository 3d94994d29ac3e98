"""Section on scores and baselines."""

from speechbrain_clser.evaluation import formatting
from speechbrain_clser.evaluation.document import (
    Details,
    Heading,
    Table,
    Text,
)
from speechbrain_clser.evaluation.formatting import PART_NAMES


def scores(report: dict) -> list:
    """Render means and intervals, scores of trials and seeds, and baselines.

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
            PART_NAMES[name],
            formatting.format_mean_sd(part["scores"]["uar"]),
            formatting.interval(part["scores"]["uar"]),
            *(
                formatting.format_mean_sd(part["scores"][score])
                for score in ("wa", "macro_f1", "ece")
            ),
        ]
        for name, part in parts.items()
    ]
    is_repeated = report["n_trials"] > 1
    return [
        Heading("Scores"),
        Table(columns, rows),
        Text(
            "Source corpora: their validation part. In percent, "
            f"{_spreads(is_repeated)}. UAR: unweighted average recall, the mean "
            "of the recalls of the classes; WA: weighted accuracy, the fraction "
            "of correct predictions; ECE: expected calibration error. The "
            "interval is a "
            "95 % t interval with the speaker"
            + (" and the trial" if is_repeated else "")
            + " as the sampling unit: the uncertainty of the mean over speakers"
            + (" and labelled utterances." if is_repeated else "."),
            role="lead",
        ),
        Text(f"Epochs were selected by {report['selection']['rule']}."),
        *(_trials(report) if is_repeated else [_seeds(report)]),
        *baselines(report),
    ]


def _spreads(is_repeated):
    """Describe the values after ±."""
    if is_repeated:
        return (
            "mean over trials (samples of labelled utterances); after the first "
            "± the standard deviation between trials, after the second that "
            "between seeds of one trial"
        )
    return "mean over seeds; after ± the standard deviation between seeds"


def _trials(report):
    """Render a row per trial, and collapsed rows of its seeds."""
    of = {name: part["per_trial"] for name, part in report["parts"].items()}
    rows = [
        [
            target["trial"],
            formatting.format_mean_sd(source),
            formatting.format_mean_sd(target),
        ]
        for source, target in zip(
            of["source_valid"], of["target_scored"], strict=True
        )
    ]
    return [
        Table(["trial", "UAR, source corpora", "UAR, target corpus"], rows),
        Details("All trainings", [_seeds(report)]),
    ]


def _seeds(report):
    """Build the table of all trainings."""
    parts, is_repeated = report["parts"], report["n_trials"] > 1
    header = ["seed", "phase", "epoch", "UAR, source corpora"]
    header += ["UAR, target corpus"]
    rows = [
        [
            *([one["trial"]] if is_repeated else []),
            *(one[key] for key in header[:3]),
            *(
                formatting.percent(score)
                for score in (
                    source["uar"],
                    target["uar"],
                    target["wa"],
                    target["macro_f1"],
                )
            ),
        ]
        for one, source, target in zip(
            report["selection"]["seeds"],
            parts["source_valid"]["per_seed"],
            parts["target_scored"]["per_seed"],
            strict=True,
        )
    ]
    first = ["trial"] if is_repeated else []
    return Table([*first, *header, "WA", "macro-F1"], rows)


def baselines(report: dict) -> list:
    """Render the comparison of the method with the baselines.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``; empty without baselines.
    """
    if not report["baselines"]:
        return []
    method = report["parts"]["target_scored"]["scores"]["uar"]
    rows = [
        [
            one["name"].replace("_", " "),
            formatting.format_mean_sd(one["uar"]),
            formatting.interval(one["uar"]),
            *formatting.format_difference(one["difference"]),
        ]
        for one in report["baselines"]
    ]
    own = [
        report["method"],
        formatting.format_mean_sd(method),
        formatting.interval(method),
    ]
    return [
        Heading("Baselines"),
        Table(
            ["", "UAR", "95 %", "method minus baseline", "95 %"],
            [[*own, None, None], *rows],
        ),
        Text(
            "On the target corpus. Baselines have the training set and the "
            "features of the method, as mean and standard deviation of the "
            "frames; linear (logistic regression) and svm (Gaussian kernel) "
            "give each class of each corpus the same weight. Intervals of "
            "differences are paired by speaker"
            + (" and trial." if report["n_trials"] > 1 else "."),
            role="lead",
        ),
    ]
