"""Add the results of a run to README.md and results.json of its model folder.

The folder is exported before the report is computed, so results are added later.
"""

import json
import re
from pathlib import Path

from speechbrain_clser.evaluation import formatting, training_data
from speechbrain_clser.evaluation import report as reports
from speechbrain_clser.evaluation.document import (
    Heading,
    Score,
    Table,
    Text,
    markdown,
)
from speechbrain_clser.evaluation.report import FILE as REPORT
from speechbrain_clser.inference.readme import RESULTS
from speechbrain_clser.inference.select import FILE as TRAINING
from speechbrain_clser.io import atomic_write


def add_results(run, model=None) -> bool:
    """Write the scores of a run into its model folder.

    Returns
    -------
    bool
        False, without changes, if the run has no model or no report, or the
        report does not contain the training of the model.
    """
    run = Path(run)
    model = Path(model or run / "model")
    needed = [run / REPORT, model / TRAINING, model / "README.md"]
    if not all(path.is_file() for path in needed):
        return False
    report, training = (_json(path) for path in needed[:2])
    found = summary(report, training)
    if found is None:
        return False
    text = needed[2].read_text(encoding="utf-8")
    section = f"{_section(report, training)}\n"
    # A function, so that backslashes in tables are not read as groups.
    text, n_found = re.subn(
        rf"(?ms)^## {RESULTS}\n.*?(?=^## |\Z)", lambda _: section, text
    )
    if not n_found:  # exported by an earlier version
        text = f"{text.rstrip()}\n\n{section}"
    atomic_write(needed[2], text)
    values = json.dumps(found, indent=1, ensure_ascii=False)
    atomic_write(model / f"{RESULTS.lower()}.json", f"{values}\n")
    return True


def summary(report: dict, training: dict) -> dict | None:
    """Summarise the scores of a model with their provenance.

    Returns
    -------
    dict or None
        Method, protocol, supervision and scores on the test set, 0-1: ``uar``
        over all trainings with its 95 % interval, ``own_uar`` of the exported
        training. None if the report does not contain this training.
    """
    part = report["parts"]["target_scored"]
    own = [
        one["uar"]
        for one in part["per_seed"]
        if all(one[key] == training[key] for key in ("trial", "seed"))
    ]
    if not own or training["protocol"] != report["protocol"]["digest"]:
        return None
    uar = part["scores"]["uar"]
    return {
        "method": report["method"],
        "protocol": report["protocol"]["name"],
        "digest": report["protocol"]["digest"],
        "supervision": report["ledger"]["sentence"],
        "languages": formatting.languages(report["ledger"]["targets"]),
        "utterances": part["n_utterances"],
        "speakers": part["n_speakers"],
        "trials": report["n_trials"],
        "seeds": report["n_seeds"],
        "uar": {key: uar[key] for key in ("mean", "low", "high")},
        "own_uar": own[0],
        "chance_uar": part["chance_uar"],
        "synthetic": training_data.synthetic(report),
    }


def headline(report: dict) -> list:
    """Return the main score with its verdict and notices."""
    part = report["parts"]["target_scored"]
    uar = part["scores"]["uar"]
    over = formatting.trainings(report["n_trials"], report["n_seeds"])
    return [
        Score(
            f"{formatting.percent(uar['mean'])} %",
            f"UAR on {formatting.languages(report['ledger']['targets'])} · 95 % "
            f"interval {formatting.interval(uar)} · chance "
            f"{formatting.percent(part['chance_uar'])} · {over}",
        ),
        Text(report["verdict"]["sentence"]),
        *map(Text, report["notices"]),
    ]


def results(report: dict, training: dict) -> list:
    """Return the scores by part and class and the comparison with baselines."""
    columns, *rows = reports.summary_rows(report)
    part = report["parts"]["target_scored"]
    recalls = [
        [
            one["class"],
            one["n"],
            formatting.percent(one["mean"]),
            formatting.interval(one),
        ]
        for one in part["recalls"]
    ]
    blocks = [
        Heading("Results"),
        Table(columns, rows),
        Text(
            "In percent; UAR, unweighted average recall, is the mean of the "
            "classes' recalls. The interval covers the variation over speakers "
            "of the same corpora. Recall by class, on the target corpus:"
        ),
        Table(["class", "utterances", "recall", "95 %"], recalls),
    ]
    if len(part["per_seed"]) > 1:
        (own,) = (
            one
            for one in part["per_seed"]
            if all(one[key] == training[key] for key in ("trial", "seed"))
        )
        blocks.append(
            Text(
                f"Scores are means over {len(part['per_seed'])} trainings. The "
                f"published training (seed {own['seed']}) has a UAR of "
                f"{formatting.percent(own['uar'])} on the target corpus."
            )
        )
    if report["baselines"]:
        columns, *rows = reports.baseline_rows(report)
        blocks += [
            Text("Baselines with the same supervision, on the target corpus:"),
            Table(columns, rows),
        ]
    return blocks


def _section(report, training):
    """Format the section of results with verdict, notices and supervision."""
    protocol = report["protocol"]
    _, *tables = results(report, training)
    return markdown(
        [
            Heading(RESULTS),
            *headline(report),
            Text(
                f"Protocol {protocol['name']} ({protocol['digest']}); "
                f"supervision: {report['ledger']['sentence']}."
            ),
            *tables,
        ]
    )


def _json(path):
    return json.loads(path.read_text(encoding="utf-8"))
