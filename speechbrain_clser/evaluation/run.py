"""What evaluation reads of a run folder: plain files, never a model."""

import dataclasses
import json
import os
from pathlib import Path

import numpy as np
import yaml
from safetensors.numpy import load_file

from speechbrain_clser.deprecation import (
    PROTOCOL_KEYS,
    current_keys,
    current_yaml,
)
from speechbrain_clser.evaluation import predictions, run_checks
from speechbrain_clser.evaluation.predictions import AGAIN
from speechbrain_clser.io import read_json

PARTS = tuple(run_checks.PART_OF)
FACTS = ("protocol", "ledger", "audit", "data", "environment")


@dataclasses.dataclass(frozen=True)
class Seed:
    """What one training, of a seed and a trial, left behind.

    Arguments
    ---------
    number : int
        The seed.
    folder : Path
        ``seed_<number>``.
    records : list of dict
        One per epoch.
    selected : dict
        Rule, and the record it chose.
    predictions : dict
        Part to ``Predictions``.
    notes : dict
        What the method had to tell; older runs have none.
    trial : int
        Of the labelled utterances that it was trained on.
    baselines : dict
        Name of a baseline to its ``Predictions`` of the scored part.
    highlights : list of dict
        Of a few scored utterances, where their emotion was heard; most methods
        have none.
    attention : list of dict
        Of the same, which frames attended to which; likewise.
    adaptation : dict, optional
        How the posteriors were adapted to the target; most runs do not.
    """

    number: int
    folder: Path
    records: list
    selected: dict
    predictions: dict
    notes: dict = dataclasses.field(default_factory=dict)
    trial: int = 0
    baselines: dict = dataclasses.field(default_factory=dict)
    highlights: list = dataclasses.field(default_factory=list)
    attention: list = dataclasses.field(default_factory=list)
    adaptation: dict | None = None

    def embeddings(self, part: str) -> np.ndarray | None:
        """Read the embeddings of a part.

        Arguments
        ---------
        part : str
            One of ``predictions``, or that with ``"_before"``: by the method
            before it was trained.

        Returns
        -------
        numpy.ndarray, (utterances, dim)
            In the order of the predictions; None where none were kept.
        """
        path = self.folder / "embeddings" / f"{part}.safetensors"
        return load_file(path)["embedding"] if path.is_file() else None


@dataclasses.dataclass(frozen=True)
class Run:
    """A finished run.

    Arguments
    ---------
    folder : Path
        Of the run.
    protocol, ledger, data, environment : dict
        As training wrote them, of the first trial.
    audit : list of dict
        Findings, of the first trial.
    rows : list of dict
        Lines of parts.csv of the first trial, as text; older runs have fewer
        columns.
    settings : dict
        Top-level values of the resolved YAML, as text.
    seeds : tuple of Seed
        In the order of their draws and numbers.
    unfinished : tuple of str
        Folders of seeds without predictions.
    phones : dict, optional
        Which phones were found in each language; most methods ask for none.
    undefined : dict, optional
        By part, how many utterances lack what; most features are always
        defined.
    loss_weights : dict
        Name of a loss to its weight, where the YAML has any.
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
    undefined: dict | None = None
    loss_weights: dict = dataclasses.field(default_factory=dict)

    @property
    def method(self) -> str:
        """Name of the method: the file that holds its class."""
        return self.settings["method"].split(".")[-2]

    @property
    def first_draw(self) -> tuple:
        """Seeds of the trial that ``rows`` and the facts are of."""
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
        With every seed that has predictions.

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
            f"{folder}: expected a run that was scored, found one whose "
            f"protocol has no targets; its model is in {folder / 'model'}"
        )
    if not seeds or seeds[0].trial:
        raise FileNotFoundError(
            f"{folder}: expected seed_*/predictions/target_scored.csv, found "
            f"none in {len(unfinished)} seeds; let train.py finish"
        )
    facts = {name: _json(folder / f"{name}.json") for name in FACTS}
    facts["protocol"] = current_keys(
        facts["protocol"], PROTOCOL_KEYS, folder / "protocol.json"
    )
    classes = facts["protocol"]["classes"]
    rows = {
        trial: run_checks.read_parts(trial)
        for trial in {seed.folder.parent for seed in seeds}
    }
    for seed in seeds:
        run_checks.check_training(seed, rows[seed.folder.parent], classes)
    return Run(
        folder=folder,
        rows=rows[folder],
        **_yaml(seeds[0].folder / "hyperparams.yaml"),
        seeds=tuple(seeds),
        unfinished=tuple(
            sorted(path.relative_to(folder).as_posix() for path in unfinished)
        ),
        phones=_json_or(None, folder / "phones.json"),
        undefined=_json_or(None, folder / "undefined.json"),
        **facts,
    )


def trainings(folder: str | os.PathLike) -> list:
    """List the folders of a run's trainings, finished or not.

    Arguments
    ---------
    folder : path
        Of the run.

    Returns
    -------
    list of Path
        Those of the first trial first.
    """
    folder = Path(folder)
    return [
        *sorted(folder.glob("seed_*")),
        *sorted(folder.glob("trial_*/seed_*")),
        *sorted(folder.glob("draw_*/seed_*")),  # of the previous version
    ]


def trial_of(training, folder) -> int:
    """Tell which trial a training is of; those of the first lie in the run's folder.

    Arguments
    ---------
    training : Path
        Folder of a seed.
    folder : Path
        Of the run.

    Returns
    -------
    int
        The first is 0.

    Example
    -------
    >>> trial_of(Path("run/trial_3/seed_9"), Path("run"))
    3
    """
    above = training.relative_to(folder).parts[:-1]
    return int(above[0].rpartition("_")[2]) if above else 0


def _predictions_file(folder, part):
    return folder / "predictions" / f"{part}.csv"


def _seed(folder, trial):
    """Everything of one seed but its embeddings, which are large."""
    return Seed(
        number=int(folder.name.removeprefix("seed_")),
        folder=folder,
        records=_records(folder / "epochs.jsonl"),
        selected=_json(folder / "selected.json"),
        predictions={
            part: predictions.read(_predictions_file(folder, part))
            for part in PARTS
        },
        notes=_json_or({}, folder / "notes.json"),
        highlights=_json_or([], folder / "highlights.json"),
        attention=_json_or([], folder / "attention.json"),
        adaptation=_json_or(None, folder / "adaptation.json"),
        trial=trial,
        baselines={
            path.stem: predictions.read(path)
            for path in sorted(folder.glob("baselines/*.csv"))
        },
    )


def _records(path):
    lines = path.read_bytes().splitlines()
    try:
        return [json.loads(line) for line in lines]
    except ValueError as error:
        raise ValueError(
            f"{path}: expected JSON in every line, found a damaged one; {AGAIN}"
        ) from error


def _json(path):
    return read_json(path, AGAIN)


def _json_or(nothing, path):
    """What a file holds, if there is one."""
    return _json(path) if path.is_file() else nothing


def _yaml(path):
    """Plain values, class names and loss weights of a YAML, nothing built."""
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
