"""Reading of run folders: plain files, never a model."""

import dataclasses
import json
import os
from pathlib import Path

import numpy as np
import yaml
from safetensors.numpy import load_file

from speechbrain_clser.deprecation import (
    PROTOCOL_KEYS,
    current_file,
    current_keys,
    current_names,
    current_yaml,
)
from speechbrain_clser.evaluation import run_checks
from speechbrain_clser.evaluation.predictions import AGAIN
from speechbrain_clser.evaluation.run_checks import read_predictions
from speechbrain_clser.io import read_json
from speechbrain_clser.tasks import CLASSES, SOFT, named

PARTS = tuple(run_checks.PART_OF)
FACTS = ("protocol", "ledger", "audit", "data", "environment")


@dataclasses.dataclass(frozen=True)
class Seed:
    """Results of one training: a seed of a trial.

    Arguments
    ---------
    number : int
        The seed.
    folder : Path
        ``seed_<number>``.
    records : list of dict
        One per epoch.
    selected : dict
        Selection rule, and the selected record.
    predictions : dict
        Part to ``Predictions``.
    notes : dict
        Diagnostics of the method; empty in older runs.
    trial : int
        Number of the trial, which is a sample of labelled utterances.
    baselines : dict
        Name of a baseline to its ``Predictions`` on the test set.
    adaptation : dict, optional
        Adaptation of the posteriors to the target.
    """

    number: int
    folder: Path
    records: list
    selected: dict
    predictions: dict
    notes: dict = dataclasses.field(default_factory=dict)
    trial: int = 0
    baselines: dict = dataclasses.field(default_factory=dict)
    adaptation: dict | None = None

    def embeddings(self, part: str) -> np.ndarray | None:
        """Read the embeddings of a part.

        Arguments
        ---------
        part : str
            One of ``predictions``, or that with ``"_before"``: of the
            untrained method.

        Returns
        -------
        numpy.ndarray, (utterances, dim)
            In the order of the predictions; None if they were not saved.
        """
        path = self.folder / "embeddings" / f"{part}.safetensors"
        path = current_file(path)
        return load_file(path)["embedding"] if path.is_file() else None

    def examples(self, name: str) -> list:
        """Read the values of a few test utterances that the method shows.

        Arguments
        ---------
        name : str
            Of the file without ``.json``; see ``Method.examples``.

        Returns
        -------
        list of dict
            With the class that was ``predicted``; empty if there is no file.
        """
        predicted = self.predictions["test"].predicted_by_id()
        return [
            one | {"predicted": predicted[one["id"]]}
            for one in _json_or([], self.folder / f"{name}.json")
        ]


@dataclasses.dataclass(frozen=True)
class Run:
    """A finished run.

    Arguments
    ---------
    folder : Path
        Of the run.
    protocol, ledger, data, environment : dict
        Files of training, of the first trial.
    audit : list of dict
        Findings, of the first trial.
    rows : list of dict
        Lines of parts.csv of the first trial, as text; older runs have fewer
        columns.
    settings : dict
        Top-level values of the resolved YAML, as text.
    seeds : tuple of Seed
        Ordered by trial and seed.
    unfinished : tuple of str
        Folders of seeds without predictions.
    phones : dict, optional
        Phones of each language; None for most methods.
    text : dict, optional
        Transcripts by part; None if the model reads none.
    missing_values : dict, optional
        Missing values by part; None for features without missing values.
    layers : dict, optional
        Scores of the encoder's layers; None if they were not chosen.
    loss_weights : dict
        Name of a loss to its weight; empty if the YAML has none.
    """

    folder: Path
    protocol: dict
    ledger: dict
    audit: list
    data: dict
    environment: dict
    rows: list
    settings: dict
    seeds: tuple
    unfinished: tuple
    phones: dict | None = None
    text: dict | None = None
    missing_values: dict | None = None
    layers: dict | None = None
    loss_weights: dict = dataclasses.field(default_factory=dict)

    @property
    def method(self) -> str:
        """Name of the method: the module of its class."""
        return self.settings["method"].split(".")[-2]

    @property
    def is_rated(self) -> bool:
        """Whether it predicts values of dimensions, and not classes."""
        return self.protocol.get("task", CLASSES) not in (CLASSES, SOFT)

    @property
    def first_trial(self) -> tuple:
        """Seeds of the first trial, which ``rows`` and the facts belong to."""
        return tuple(seed for seed in self.seeds if seed.trial == 0)


def read(folder: str | os.PathLike) -> Run:
    """Read a run folder.

    Arguments
    ---------
    folder : path
        ``output_folder`` of a run.

    Returns
    -------
    Run
        With all seeds that have predictions.

    Raises
    ------
    FileNotFoundError
        If the folder is no run folder, or no seed has been scored.
    ValueError
        If a file is damaged, or its rows are not those of its part in
        parts.csv.
    """
    folder = Path(folder)
    missing = [n for n in FACTS if not (folder / f"{n}.json").is_file()]
    if missing:
        raise FileNotFoundError(
            f"{folder}: expected the folder of a run with {missing[0]}.json, "
            "found none; give the output_folder of train.py"
        )
    scored, unfinished = [], []
    for path in trainings(folder):
        done = all(_predictions_file(path, part).is_file() for part in PARTS)
        (scored if done else unfinished).append(path)
    seeds = sorted(
        (_seed(path, trial_of(path, folder)) for path in scored),
        key=lambda seed: (seed.trial, seed.number),
    )
    if not _json(folder / "ledger.json")["targets"]:
        raise FileNotFoundError(
            f"{folder}: expected a run with predictions, found a protocol "
            f"without targets; the model is in {folder / 'model'}"
        )
    if not seeds or seeds[0].trial:
        raise FileNotFoundError(
            f"{folder}: expected seed_*/predictions/test.csv, found "
            f"none in {len(unfinished)} seeds; let train.py finish"
        )
    facts = {name: _json(folder / f"{name}.json") for name in FACTS}
    facts["protocol"] = current_keys(
        facts["protocol"], PROTOCOL_KEYS, folder / "protocol.json"
    )
    names = facts["protocol"]["classes"]
    if "task" in facts["protocol"]:
        names = named(facts["protocol"]["task"], names).names
    rows = {
        trial: run_checks.read_parts(trial)
        for trial in {seed.folder.parent for seed in seeds}
    }
    for seed in seeds:
        run_checks.check_training(seed, rows[seed.folder.parent], names)
    return Run(
        folder=folder,
        rows=rows[folder],
        **_yaml(seeds[0].folder / "hyperparams.yaml"),
        seeds=tuple(seeds),
        unfinished=tuple(
            sorted(path.relative_to(folder).as_posix() for path in unfinished)
        ),
        phones=_json_or(None, folder / "phones.json"),
        text=_json_or(None, folder / "text.json"),
        missing_values=_json_or(
            None, current_file(folder / "missing_values.json")
        ),
        layers=_json_or(None, folder / "layers.json"),
        **facts,
    )


def trainings(folder: str | os.PathLike) -> list:
    """List the folders of all trainings of a run, finished or not.

    Arguments
    ---------
    folder : path
        Of the run.

    Returns
    -------
    list of Path
        Ordered by trial.
    """
    folder = Path(folder)
    return [
        *sorted(folder.glob("seed_*")),
        *sorted(folder.glob("trial_*/seed_*")),
        *sorted(folder.glob("draw_*/seed_*")),  # of the previous version
    ]


def trial_of(training, folder) -> int:
    """Return the trial of a training; the first trial has no folder of its trainings.

    Arguments
    ---------
    training : Path
        Folder of a seed.
    folder : Path
        Of the run.

    Returns
    -------
    int
        0 for the first trial.

    Example
    -------
    >>> trial_of(Path("run/trial_3/seed_9"), Path("run"))
    3
    """
    above = training.relative_to(folder).parts[:-1]
    return int(above[0].rpartition("_")[2]) if above else 0


def _predictions_file(folder, part):
    return current_file(folder / "predictions" / f"{part}.csv")


def _seed(folder, trial):
    """Read the files of one seed except its embeddings."""
    return Seed(
        number=int(folder.name.removeprefix("seed_")),
        folder=folder,
        records=_records(folder / "epochs.jsonl"),
        selected=_json(folder / "selected.json"),
        predictions={
            part: read_predictions(_predictions_file(folder, part))
            for part in PARTS
        },
        notes=_json_or({}, folder / "notes.json"),
        adaptation=_json_or(None, folder / "adaptation.json"),
        trial=trial,
        baselines={
            path.stem: read_predictions(path)
            for path in sorted(folder.glob("baselines/*.csv"))
        },
    )


def _records(path):
    lines = path.read_bytes().splitlines()
    try:
        return [json.loads(line) for line in lines]
    except ValueError as error:
        raise ValueError(
            f"{path}: expected JSON in each line, found an invalid line; {AGAIN}"
        ) from error


def _json(path):
    value = read_json(path, AGAIN)
    is_current = path.name == "protocol.json"
    return value if is_current else current_names(value, path)


def _json_or(default, path):
    """Read a JSON file, or return the default if there is none."""
    return _json(path) if path.is_file() else default


def _yaml(path):
    """Read scalars, class names and loss weights of a YAML without building it."""
    text = current_yaml(path.read_text(encoding="utf-8"), path)
    try:
        pairs = yaml.compose(text).value
        if "method" not in [key.value for key, _ in pairs] or text[-1] != "\n":
            raise ValueError("a file that is cut")
    except (yaml.YAMLError, ValueError, AttributeError) as error:
        raise ValueError(
            f"{path}: expected a YAML with a method, found a damaged one; "
            f"{AGAIN}"
        ) from error
    settings, weights = {}, {}
    for key, node in pairs:
        if node.tag.startswith("!new:"):
            settings[key.value] = node.tag.removeprefix("!new:")
        elif isinstance(node, yaml.ScalarNode):
            settings[key.value] = node.value
        elif key.value == "loss_weights":
            weights = {name.value: float(one.value) for name, one in node.value}
    return {"settings": settings, "loss_weights": weights}
