"""The folder that is published: a model, and its card in place of its README."""

import json
import shutil
from collections.abc import Collection
from pathlib import Path

from speechbrain_clser.evaluation.report import FILE
from speechbrain_clser.inference.select import FILE as TRAINING
from speechbrain_clser.inference.select import select_training
from speechbrain_clser.publish import licences, training_data
from speechbrain_clser.publish.card import card
from speechbrain_clser.publish.metadata import metadata

NAME = "published"


def write(
    run: Path,
    repo_id: str,
    allow_licence: Collection = (),
    licence: str = "",
) -> Path:
    """Make the folder that is to be published, within that of the run.

    Arguments
    ---------
    run : Path
        ``output_folder`` of train.py.
    repo_id : str
        Hub id ``owner/name``.
    allow_licence : collection of str
        See ``licences.check``.
    licence : str
        Of the model; see ``metadata``.

    Returns
    -------
    Path
        What was in it is gone.

    Raises
    ------
    FileNotFoundError
        If the run has no report, or no model.
    ValueError
        If the licence of a training corpus is in the way, or the run went on
        after the model or the report was made.
    """
    report = json.loads(_needed(run / FILE, run).read_text(encoding="utf-8"))
    model_yaml = _needed(run / "model" / "hyperparams.yaml", run)
    training = _training(run, report)
    licences.check(training_data.cards(report), allow_licence)
    data = metadata(
        report, repo_id, model_yaml.read_text(encoding="utf-8"), licence
    )
    readme = (run / "model" / "README.md").read_text(encoding="utf-8")
    folder = run / NAME
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(run / "model", folder)
    (folder / "README.md").write_text(
        card(report, readme, data, repo_id, training), encoding="utf-8"
    )
    return folder


def _needed(path, run):
    """A file that a finished run has."""
    if not path.is_file():
        raise FileNotFoundError(
            f"expected {path.relative_to(run)} in {run}, found none; give the "
            "output_folder of a run of train.py that has come to its end"
        )
    return path


def _training(run, report):
    """Which training the model is of, if it is still that of the run."""
    chosen = json.loads(
        _needed(run / "model" / TRAINING, run).read_text("utf-8")
    )
    if chosen != select_training(run).origin():
        raise ValueError(
            f"{run}: expected model/ to be of the run's best training, found "
            f"seed {chosen['seed']} of trial {chosen['trial']}, from before the run "
            f"went on; type clser export {run}"
        )
    scored = report["parts"]["target_scored"]["per_seed"]
    if chosen["seed"] not in (one["seed"] for one in scored):
        raise ValueError(
            f"{run}: expected {FILE} to know seed {chosen['seed']}, found one "
            f"from before it was trained; type clser report {run}"
        )
    return chosen
