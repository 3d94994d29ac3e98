"""Computation of report.json from the files of a run.

Plots and pages render its values and compute nothing.
"""

import json
import os
from pathlib import Path

from speechbrain_clser.evaluation import (
    formatting,
    method_report,
    rated_report,
)
from speechbrain_clser.evaluation import run as runs
from speechbrain_clser.evaluation.adaptation import adaptation, refusals
from speechbrain_clser.evaluation.baselines import baselines
from speechbrain_clser.evaluation.console import columns
from speechbrain_clser.evaluation.durations import by_duration
from speechbrain_clser.evaluation.embedding_map import embedding_map
from speechbrain_clser.evaluation.json_safe import compact_counts, to_json_safe
from speechbrain_clser.evaluation.probes import probes
from speechbrain_clser.evaluation.scores import scores
from speechbrain_clser.evaluation.shortcuts import shortcuts
from speechbrain_clser.io import atomic_write
from speechbrain_clser.labels import Scheme
from speechbrain_clser.tasks import CLASSES, RATED

FORMAT = 1
FEATURES = ("phones", "text", "missing_values", "layers")
FILE = "report.json"


def build(run_folder: str | os.PathLike) -> dict:
    """Compute the report of a run from its files, and write report.json.

    Arguments
    ---------
    run_folder : path
        ``output_folder`` of train.py; every seed in it that has predictions
        is used. Curves, probes, the map and the
        UAR by duration are of the first trial.

    Returns
    -------
    dict
        The content of report.json, with NaN as None.

    Raises
    ------
    FileNotFoundError
        If the folder is no run folder, or no seed has predictions.
    ValueError
        If a predictions file is inconsistent, or differs from that of another
        seed in the test utterances.
    """
    run = runs.read(run_folder)
    numbers = [seed.number for seed in run.seeds]
    trials = [seed.trial for seed in run.seeds]
    facts = {
        "protocol": run.protocol,
        "ledger": run.ledger,
        "audit": run.audit,
        "data": run.data,
        "environment": run.environment,
        "settings": run.settings,
        "adaptation": adaptation(run.seeds),
        "unfinished": run.unfinished,
        "n_seeds": max(map(trials.count, trials)),
        "n_trials": len(set(trials)),
    }
    report = {"format": FORMAT, "method": run.method, **facts}
    if run.is_rated:
        report |= {**rated_report.entries(run, facts), **_training(run)}
    else:
        report |= _of_classes(run, facts, numbers, trials)
    report = to_json_safe(method_report.extend(report, run))
    text = json.dumps(report, indent=1, ensure_ascii=False, allow_nan=False)
    text = compact_counts(text)
    atomic_write(Path(run_folder, FILE), text + "\n")
    return report


def _training(run):
    """Return the entries about training and features."""
    return {
        "selection": {
            "rule": run.seeds[0].selected["rule"],
            "seeds": [
                {
                    "trial": seed.trial,
                    "seed": seed.number,
                    "phase": seed.selected["phase"],
                    "epoch": seed.selected["epoch"],
                }
                for seed in run.seeds
            ],
        },
        "phones": run.phones,
        "text": run.text,
        "missing_values": run.missing_values,
        "layers": run.layers,
        "loss_weights": run.loss_weights,
        "curves": [_curves(seed) for seed in run.first_trial],
    }


def _of_classes(run, facts, numbers, trials):
    """Return the entries about scores, and those about training, in their order."""
    parts = {
        part: scores(
            [seed.predictions[part] for seed in run.seeds], numbers, trials
        )
        for part in runs.PARTS
    }
    for part, found in parts.items():
        runs_of_part = [seed.predictions[part] for seed in run.first_trial]
        found["groups"]["duration"] = by_duration(runs_of_part, run.rows)
    first, test = run.seeds[0], parts["test"]
    scheme = Scheme(run.protocol["classes"], run.protocol["merge_classes"])
    training = _training(run)
    return {
        "classes": first.predictions["test"].classes,
        "verdict": formatting.verdict(test, run.ledger["targets"]),
        "notices": formatting.notices(facts, test),
        "parts": parts,
        "selection": training.pop("selection"),
        "baselines": baselines(run.seeds),
        **{key: training.pop(key) for key in FEATURES},
        "probes": probes(run.first_trial),
        "shortcuts": shortcuts(run.rows, scheme, first.predictions),
        **training,
        "map": {
            "seed": first.number,
            **embedding_map(
                {
                    part: (first.predictions[part], first.embeddings(part))
                    for part in runs.PARTS
                }
            ),
        },
    }


def summary(report: dict) -> str:
    """Summarise a report as text: supervision, scores, baselines.

    Arguments
    ---------
    report : dict
        From ``build``.

    Returns
    -------
    str
        Several lines.
    """
    lines = [report["ledger"]["sentence"], *columns(summary_rows(report))]
    if report["baselines"]:
        lines += ["", *columns(baseline_rows(report))]
    if is_rated(report):
        return "\n".join(lines)
    if absent := report["parts"]["test"]["absent_classes"]:
        lines.append(
            f"warning: the test set has no utterance of {', '.join(absent)}: "
            f"UAR is the mean over the other "
            f"{len(report['classes']) - len(absent)} classes"
        )
    lines += [
        f"adaptation refused for {', '.join(systems)}, scores are without "
        f"it: {message}"
        for message, systems in refusals(report["adaptation"]).items()
    ]
    return "\n".join(lines)


def is_rated(report: dict) -> bool:
    """Return whether a report is of values of dimensions and not of classes."""
    return report.get("task", CLASSES) == RATED


def summary_rows(report: dict) -> list:
    """Build the table of scores for the console."""
    if is_rated(report):
        return rated_report.summary_rows(report)
    header = ["part", "UAR", "95 %", "chance", "WA", "macro-F1"]
    header += ["weighted F1", "utterances", "speakers"]
    header += ["JSD", "95 %"] * has_votes(report)
    rows = []
    for name, part in report["parts"].items():
        found = part["scores"]
        rows.append(
            [
                name,
                formatting.percent(found["uar"]["mean"]),
                formatting.interval(found["uar"]),
                formatting.percent(part["chance_uar"]),
                formatting.percent(found["wa"]["mean"]),
                formatting.percent(found["macro_f1"]["mean"]),
                formatting.percent(found["weighted_f1"]["mean"]),
                str(part["n_utterances"]),
                str(part["n_speakers"]),
            ]
        )
        if has_votes(report):
            rows[-1] += _divergence(found["jsd"])
    return [header, *rows]


def baseline_rows(report: dict) -> list:
    """Build the table of baselines for the console."""
    if is_rated(report):
        return rated_report.baseline_rows(report)
    rows = [
        [
            one["name"],
            formatting.percent(one["uar"]["mean"]),
            formatting.interval(one["uar"]),
            *formatting.format_difference(one["difference"]),
            *(_divergence(one["jsd"]) if has_votes(report) else ()),
            *(
                _divergence(one["jsd_difference"], "+")
                if has_votes(report)
                else ()
            ),
        ]
        for one in report["baselines"]
    ]
    minus = [f"{report['method']} minus it", "95 %"]
    header = ["baseline", "UAR", "95 %", *minus]
    header += ["JSD", "95 %", *minus] * has_votes(report)
    return [header, *rows]


def has_votes(report: dict) -> bool:
    """Return whether a report also scores predictions against shares of votes."""
    return "divergence" in report["parts"]["test"]


def _divergence(score, sign=""):
    """Format a divergence, or a difference of two, and its interval."""
    mean = formatting.decimal(score["mean"], sign)
    return [mean, formatting.decimal_interval(score, sign)]


def _curves(seed):
    """Return the records of a seed and the index of the selected epoch."""
    chosen = (seed.selected["phase"], seed.selected["epoch"])
    places = [(record["phase"], record["epoch"]) for record in seed.records]
    return {
        "seed": seed.number,
        "selected": places.index(chosen),
        "records": seed.records,
    }
