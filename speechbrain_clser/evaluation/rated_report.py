"""Report of a run that predicts values of dimensions.

What needs classes is not in it: confusion, calibration, probes, shortcuts, the map.
"""

from collections.abc import Mapping

from speechbrain_clser.evaluation import formatting
from speechbrain_clser.evaluation.dimension_scores import (
    baselines,
    scores,
    verdict,
)
from speechbrain_clser.evaluation.run import PARTS, Run
from speechbrain_clser.tasks import RATED

# Utterances of the figure, at most.
N_POINTS = 500


def entries(run: Run, facts: Mapping) -> dict:
    """Compute the entries of report.json that depend on the task.

    Arguments
    ---------
    run : Run
        A finished run.
    facts : mapping
        Entries of all reports, for the notices.

    Returns
    -------
    dict
        ``task``, ``dimensions``, ``classes`` (none), ``verdict``, ``notices``,
        ``parts`` and ``baselines``.
    """
    numbers = [seed.number for seed in run.seeds]
    trials = [seed.trial for seed in run.seeds]
    parts = {
        part: scores(
            [seed.predictions[part] for seed in run.seeds], numbers, trials
        )
        for part in PARTS
    }
    test = parts["test"]
    of_classes = {"absent_classes": [], "never_answered": []}
    first = run.seeds[0].predictions["test"]
    step = -(-len(first) // N_POINTS)
    return {
        "task": RATED,
        "dimensions": list(first.names),
        "classes": [],
        "verdict": verdict(test),
        "notices": formatting.notices(facts, test | of_classes),
        "parts": parts,
        "points": {
            "seed": run.seeds[0].number,
            "target": first.target[::step].tolist(),
            "predicted": first.predicted[::step].round(4).tolist(),
            "language": first.language[::step].tolist(),
        },
        "baselines": baselines(run.seeds),
    }


def summary_rows(report: Mapping) -> list:
    """Build the table of scores for the console."""
    header = ["part", "CCC", "95 %", "Pearson", "RMSE"]
    rows = [[*header, "utterances", "speakers"]]
    for name, part in report["parts"].items():
        found = part["scores"]
        of = [("", found)] if len(part["dimensions"]) > 1 else []
        of += [(one["name"], one["scores"]) for one in part["dimensions"]]
        rows += [
            [
                f"{name} {dimension}".strip(),
                formatting.decimal(one["ccc"]["mean"]),
                formatting.decimal_interval(one["ccc"]),
                formatting.decimal(one["pearson"]["mean"]),
                formatting.decimal(one["rmse"]["mean"]),
                str(part["n_utterances"]),
                str(part["n_speakers"]),
            ]
            for dimension, one in of
        ]
    return rows


def baseline_rows(report: Mapping) -> list:
    """Build the table of baselines for the console."""
    rows = [
        [
            one["name"],
            formatting.decimal(one["ccc"]["mean"]),
            formatting.decimal_interval(one["ccc"]),
            formatting.decimal(one["difference"]["mean"], "+"),
            formatting.decimal_interval(one["difference"], "+"),
        ]
        for one in report["baselines"]
    ]
    header = ["baseline", "CCC", "95 %", f"{report['method']} minus it", "95 %"]
    return [header, *rows]
