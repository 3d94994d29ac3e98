"""Write the folder to publish: a model with its card as README.md."""

import json
import shutil
from collections.abc import Collection
from pathlib import Path

from speechbrain_clser.contrib.publish import licences
from speechbrain_clser.contrib.publish.card import card, source_of
from speechbrain_clser.contrib.publish.metadata import EXAMPLE, metadata
from speechbrain_clser.deprecation import current_names
from speechbrain_clser.evaluation import training_data
from speechbrain_clser.evaluation.report import FILE
from speechbrain_clser.inference.provenance import digest_of_model
from speechbrain_clser.inference.select import FILE as TRAINING
from speechbrain_clser.inference.select import select_training
from speechbrain_clser.io import read_json
from speechbrain_clser.stress import page

NAME = "published"
# The class that the hub names in its code for loading the model.
CONFIG = {"speechbrain_interface": "EncoderClassifier"}


def write(
    run: Path,
    repo_id: str,
    allow_licence: Collection = (),
    licence: str = "",
) -> Path:
    """Write the folder to publish into the run folder.

    Earlier content of the folder is removed.

    Raises
    ------
    FileNotFoundError
        If the run has no report, or no model.
    ValueError
        If the licence of a training corpus does not allow publishing, or the
        run has newer trainings than its model or report.
    """
    path = _needed(run / FILE, run)
    report = current_names(json.loads(path.read_text("utf-8")), path)
    model_yaml = _needed(run / "model" / "hyperparams.yaml", run)
    training = _training(run, report)
    licences.check(training_data.cards(report), allow_licence)
    text = model_yaml.read_text(encoding="utf-8")
    data = metadata(report, repo_id, text, licence)
    readme = (run / "model" / "README.md").read_text(encoding="utf-8")
    folder = run / NAME
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(run / "model", folder)
    about = card(report, readme, data, repo_id, training, source_of(text))
    (folder / "README.md").write_text(about + _stress(run), encoding="utf-8")
    (folder / "config.json").write_text(
        json.dumps(CONFIG, indent=1) + "\n", encoding="utf-8"
    )
    shutil.copy(Path(__file__).with_name(EXAMPLE), folder)
    return folder


def _stress(run):
    """Return the section on robustness, if ``clser stress`` was run."""
    path = run / "stress" / page.FILE
    if not path.is_file():
        return ""
    found = read_json(path, "run clser stress again", dict)
    if found.get("model_sha256") != digest_of_model(run / "model"):
        raise ValueError(
            f"{path}: expected results of the model of this run, found those of "
            "another; run clser stress again, or delete the file"
        )
    return f"\n{page.section(found)}"


def _needed(path, run):
    """Return the path of a required file; raise FileNotFoundError if missing."""
    if not path.is_file():
        raise FileNotFoundError(
            f"expected {path.relative_to(run)} in {run}, found none; give the "
            "output_folder of a finished run of train.py"
        )
    return path


def _training(run, report):
    """Read the provenance of the model; raise ValueError if outdated."""
    chosen = json.loads(
        _needed(run / "model" / TRAINING, run).read_text("utf-8")
    )
    if chosen != select_training(run).provenance():
        raise ValueError(
            f"{run}: expected model/ to contain the selected training of the run, "
            f"found seed {chosen['seed']} of trial {chosen['trial']}; run clser "
            f"export {run}"
        )
    test = report["parts"]["test"]["per_seed"]
    if chosen["seed"] not in (one["seed"] for one in test):
        raise ValueError(
            f"{run}: expected seed {chosen['seed']} in {FILE}, found an older "
            f"report without it; run clser report {run}"
        )
    return chosen
