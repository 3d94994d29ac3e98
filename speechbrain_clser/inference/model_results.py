"""Add the results of a run to README.md and results.json of its model folder.

The folder is exported before the report is computed, so results are added later.
"""

import json
import re
from pathlib import Path

from speechbrain_clser.deprecation import current_names
from speechbrain_clser.evaluation import formatting, training_data
from speechbrain_clser.evaluation import report as reports
from speechbrain_clser.evaluation.rendering import include, render
from speechbrain_clser.evaluation.report import FILE as REPORT
from speechbrain_clser.inference.readme import LIMITS, RESULTS, limits
from speechbrain_clser.inference.select import FILE as TRAINING
from speechbrain_clser.io import atomic_write

TEMPLATE = "inference/templates/model_results.j2"


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
    results = f"{section(TEMPLATE, report, training)}\n"
    # A function, so that backslashes in tables are not read as groups.
    text, n_found = re.subn(
        rf"(?ms)^## {RESULTS}\n.*?(?=^## |\Z)", lambda _: results, text
    )
    if not n_found:  # exported by an earlier version
        text = f"{text.rstrip()}\n\n{results}"
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
        training; of dimensions, ``ccc`` and ``own_ccc``. None if the report does
        not contain this training.
    """
    part = report["parts"]["test"]
    score = "ccc" if reports.is_rated(report) else "uar"
    own = [
        one[score]
        for one in part["per_seed"]
        if all(one[key] == training[key] for key in ("trial", "seed"))
    ]
    if not own or training["protocol"] != report["protocol"]["digest"]:
        return None
    found = part["scores"][score]
    chance = {} if score == "ccc" else {"chance_uar": part["chance_uar"]}
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
        score: {key: found[key] for key in ("mean", "low", "high")},
        f"own_{score}": own[0],
        **chance,
        "synthetic": training_data.synthetic(report),
    }


def section(template: str, report: dict, training: dict, **more) -> str:
    """Render a template as Markdown.

    Arguments
    ---------
    template : str
        Path in the package, such as ``inference/templates/headline.j2``.
    report : dict
        From ``evaluation.report.build``.
    training : dict
        Provenance of the model; see ``Choice.provenance``.
    **more
        Other values that the template uses.
    """
    is_rated = reports.is_rated(report)
    return render(
        include(template),
        "markdown",
        report=report,
        training=training,
        headings={"results": RESULTS, "limits": LIMITS},
        summary_rows=reports.summary_rows(report),
        baseline_rows=reports.baseline_rows(report),
        used_in_training=training_data.languages(report),
        limits=limits(
            report,
            report["dimensions"] if is_rated else report["classes"],
            is_rated,
        ),
        **more,
    )


def _json(path):
    return current_names(json.loads(path.read_text(encoding="utf-8")), path)
