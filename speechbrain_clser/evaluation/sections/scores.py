"""The scores in numbers."""

from speechbrain_clser.evaluation import wording
from speechbrain_clser.evaluation.document import (
    Details,
    Heading,
    Table,
    Text,
)
from speechbrain_clser.evaluation.sections.shared import NAMES


def scores(report: dict) -> list:
    """Give means and intervals, each draw or seed, and the baselines.

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
    is_redrawn = report["n_draws"] > 1
    return [
        Heading("Scores"),
        Table(columns, rows),
        Text(
            "Source corpora: their validation part. All in "
            f"percent, {_spreads(is_redrawn)}. UAR, unweighted average recall, "
            "is the mean of "
            "the classes' recalls; WA, weighted accuracy, the share of right "
            "answers; ECE the expected calibration error. The interval is a "
            "95 % t interval with the speaker"
            + (" and the draw" if is_redrawn else "")
            + " as the sampling unit: how the mean would move with other "
            "speakers"
            + (" and other labelled utterances." if is_redrawn else "."),
            role="lead",
        ),
        Text(f"Epochs were chosen by {report['selection']['rule']}."),
        *(_draws(report) if is_redrawn else [_seeds(report)]),
        *baselines(report),
    ]


def _spreads(is_redrawn):
    """What stands after the signs of a spread."""
    if is_redrawn:
        return (
            "mean over draws of the labelled utterances; after the first ± "
            "the standard deviation between draws, after the second that "
            "between seeds of one draw"
        )
    return "mean over seeds; after ± the standard deviation between seeds"


def _draws(report):
    """A row per draw; its seeds are folded away."""
    of = {name: part["per_draw"] for name, part in report["parts"].items()}
    rows = [
        [target["draw"], wording.spread(source), wording.spread(target)]
        for source, target in zip(
            of["source_valid"], of["target_scored"], strict=True
        )
    ]
    return [
        Table(["draw", "UAR, source corpora", "UAR, target corpus"], rows),
        Details("Every training", [_seeds(report)]),
    ]


def _seeds(report):
    """A row per training."""
    parts, is_redrawn = report["parts"], report["n_draws"] > 1
    header = ["seed", "phase", "epoch", "UAR, source corpora"]
    header += ["UAR, target corpus"]
    rows = [
        [
            *([one["draw"]] if is_redrawn else []),
            *(one[key] for key in header[:3]),
            *(
                wording.percent(score)
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
    first = ["draw"] if is_redrawn else []
    return Table([*first, *header, "WA", "macro-F1"], rows)


def baselines(report: dict) -> list:
    """Hold the method against what needs no new one.

    Arguments
    ---------
    report : dict
        From ``report.build``.

    Returns
    -------
    list
        Blocks of ``document``; none where there are no baselines.
    """
    if not report["baselines"]:
        return []
    method = report["parts"]["target_scored"]["scores"]["uar"]
    rows = [
        [
            one["name"].replace("_", " "),
            wording.spread(one["uar"]),
            wording.interval(one["uar"]),
            *wording.gain(one["difference"]),
        ]
        for one in report["baselines"]
    ]
    own = [report["method"], wording.spread(method), wording.interval(method)]
    return [
        Heading("Baselines"),
        Table(
            ["", "UAR", "95 %", "the method minus it", "95 %"],
            [[*own, None, None], *rows],
        ),
        Text(
            "On the target corpus. Baselines have the method's training set "
            "and features, as mean and standard deviation of the frames; "
            "linear (logistic regression) and svm (Gaussian kernel) give each "
            "class of each corpus the same weight. Intervals of differences "
            "are paired by speaker"
            + (" and draw." if report["n_draws"] > 1 else "."),
            role="lead",
        ),
    ]
