"""Study files: systems x protocols x encoders, each cell one call of train.py."""

import dataclasses
import functools
import hashlib
import itertools
import json
import re
from pathlib import Path

import yaml

from speechbrain_clser.data import protocol as protocols
from speechbrain_clser.data.protocol_grammar import parse
from speechbrain_clser.tasks import CLASSES, SOFT

RESERVED = ("protocol", "output_folder", "data_folder")
NONE = "none"  # no adaptation
DEFAULT_ENCODERS = {"acoustic": {"encoder": "acoustic"}}
KEYS = {
    "title": "text, the title of the leaderboard",
    "note": "text, shown below the title",
    "systems": "{name: {yaml: name of a YAML, key: value, ...}}",
    "protocols": "names of protocols, or {name of a fold: protocol}",
    "matrix": (
        "names of corpora, each a source of each other one, or {corpora: names, "
        "setting: of the protocols, such as held_out=20}, with held-out speakers "
        "also of itself"
    ),
    "encoders": "{name: {encoder: folder or hub id, layers: 2-4, ...}}",
    "settings": "{key: value}, for all cells",
    "compare_with": "names of systems or baselines, such as [linear]",
}


@dataclasses.dataclass(frozen=True, eq=False)
class Cell:
    """One run: a system with an encoder on the protocol of one or more folds.

    Arguments
    ---------
    system, encoder : str
        Names in the study.
    folds : dict of str to sequence of str
        Fold to its targets, empty for all targets of the protocol.
    protocol : str
        Name or path.
    yaml : str
        Name of the hyperparameters.
    overrides : dict
        Keys of the YAML to values.
    """

    system: str
    encoder: str
    folds: dict
    protocol: str
    yaml: str
    overrides: dict

    @property
    def name(self) -> str:
        """Path of the run folder in the folder of the study."""
        fold = next(iter(self.folds)) if len(self.folds) == 1 else self.protocol
        parts = (self.system, self.encoder, fold)
        return "/".join(map(_folder, parts))

    @property
    def arguments(self) -> list:
        """Arguments of train.py, without folders."""
        return [
            f"hparams/{self.yaml}.yaml",
            *("--protocol", self.protocol),
            *(
                text
                for key, value in self.overrides.items()
                for text in (f"--{key}", _typed(value))
            ),
        ]

    @functools.cached_property
    def features(self) -> frozenset:
        """Pairs of encoder and corpus whose features the cell needs."""
        found = protocols.load(self.protocol)
        return frozenset(
            (self.encoder, re.split("[:/]", one)[0])
            for one in (*found.sources, *found.targets)
        )


@dataclasses.dataclass(frozen=True)
class Study:
    """A study file after its checks.

    Arguments
    ---------
    title, note : str
        Of the leaderboard.
    systems : dict
        Name to YAML and overrides.
    protocols : dict
        Name of a fold to protocol.
    encoders : dict
        Name to overrides.
    settings : dict
        Overrides of all cells.
    compare_with : tuple of str
        Systems or baselines that all others are compared with.
    """

    title: str
    note: str
    systems: dict
    protocols: dict
    encoders: dict
    settings: dict
    compare_with: tuple

    @property
    def digest(self) -> str:
        """Identify the study by its contents."""
        text = json.dumps(dataclasses.asdict(self), sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    def cells(self, recipe) -> list:
        """List the runs of the study.

        Protocols that differ only in their target, without supervision by it, are
        one run with all these targets: training is the same for all of them. A
        system with adaptation has a run for each.

        Arguments
        ---------
        recipe : Path
            Folder of train.py, for the defaults of the YAMLs.

        Returns
        -------
        list of Cell
            By encoder, then system.
        """
        return [
            Cell(
                system,
                encoder,
                folds,
                name,
                settings["yaml"],
                _without(self.settings_of(encoder) | settings, "yaml"),
            )
            for encoder in self.encoders
            for system, settings in self.systems.items()
            for name, folds in self._runs(
                {
                    "adaptation": default(
                        recipe, settings["yaml"], "adaptation"
                    )
                    or NONE
                }
                | self.settings_of(encoder)
                | settings
            ).items()
        ]

    def settings_of(self, encoder) -> dict:
        """Return the overrides of an encoder and of all cells."""
        return self.settings | self.encoders[encoder]

    def _runs(self, settings):
        """Map the protocol of each run to its folds and their targets."""
        groups, runs = {}, {}
        for fold, name in self.protocols.items():
            values = _zero_shot(name)
            is_alone = values is None or settings["adaptation"] != NONE
            rest = None if is_alone else _without(values, "targets")
            key = name if is_alone else json.dumps(rest)
            groups.setdefault(key, {})[fold] = (name, values)
        for folds in groups.values():
            if len(folds) == 1:
                ((fold, (name, _)),) = folds.items()
                runs[name] = {fold: ()}
                continue
            targets = {fold: of["targets"] for fold, (_, of) in folds.items()}
            (_, first), *_ = folds.values()
            every = list(dict.fromkeys(sum(targets.values(), [])))
            runs[_joined(first | {"targets": every})] = targets
        return runs


def read(path, encoders=None) -> Study:
    """Read and check a study file.

    Arguments
    ---------
    path : str or Path
        A YAML with the keys ``KEYS``; ``systems`` and ``protocols`` are needed.
    encoders : dict, optional
        Name of an encoder in the study, or its hub id, to a folder or hub id that
        replaces it.

    Returns
    -------
    Study
        All names of protocols exist.

    Raises
    ------
    ValueError
        If a key is unknown or missing, or a value has another form; names the
        key, and what was expected and found.
    """
    path = Path(path)
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path}: expected a YAML file: {error}") from error
    try:
        return _checked(found, encoders or {}, path.stem)
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def _checked(found, replaced, stem):
    if not isinstance(found, dict):
        raise ValueError(f"expected the keys {', '.join(KEYS)}")
    if unknown := [key for key in found if key not in KEYS]:
        raise ValueError(
            f"expected the keys {', '.join(KEYS)}; found "
            f"{', '.join(map(str, unknown))}"
        )
    folds = found.get("protocols", {})
    if isinstance(folds, list):
        folds = {name: name for name in folds}
    _require(isinstance(folds, dict), "protocols", found)
    folds = folds | _matrix(found)
    for key, of in (("systems", found.get("systems")), ("protocols", folds)):
        if not of:
            raise ValueError(f"{key}: expected {KEYS[key]}, found nothing")
    for key in ("systems", "encoders", "settings"):
        _require(isinstance(found.get(key, {}), dict), key, found)
    _require(
        isinstance(found.get("compare_with", []), list), "compare_with", found
    )
    encoders = found.get("encoders", DEFAULT_ENCODERS)
    for key, of in (("systems", found["systems"]), ("encoders", encoders)):
        _require(all(isinstance(one, dict) for one in of.values()), key, found)
    if lacking := [n for n, of in found["systems"].items() if "yaml" not in of]:
        raise ValueError(
            f"systems: {lacking[0]} has no `yaml`; expected the name of a file "
            "of hparams, such as `yaml: source_only`"
        )
    there = {
        *map(str, encoders),
        *(of.get("encoder") for of in encoders.values()),
    }
    if unknown := [name for name in replaced if name not in there]:
        raise ValueError(
            f"encoders: there is no {unknown[0]!r} to replace; the study has "
            f"{', '.join(encoders)}"
        )
    for key, names in (("systems", found["systems"]), ("protocols", folds)):
        _require_distinct(map(str, names), key)
    _require_distinct(map(str, encoders), "encoders")
    folds = {fold: _protocol(name) for fold, name in folds.items()}
    settings = found.get("settings", {})
    others = [
        n for n in found.get("compare_with", ()) if n not in found["systems"]
    ]
    if others:
        _require_baselines(others)
    for of in (settings, *found["systems"].values(), *encoders.values()):
        if taken := [key for key in RESERVED if key in of]:
            raise ValueError(
                f"{taken[0]} is set for each cell by the study; remove the key"
            )
    _refuse_rated(folds.values(), (settings, *found["systems"].values()))
    return Study(
        title=str(found.get("title", stem)),
        note=str(found.get("note", "")),
        systems={str(name): of for name, of in found["systems"].items()},
        protocols={str(fold): str(name) for fold, name in folds.items()},
        encoders={
            str(name): of | _replaced(replaced, (str(name), of.get("encoder")))
            for name, of in encoders.items()
        },
        settings=settings,
        compare_with=tuple(found.get("compare_with", ())),
    )


def _refuse_rated(names, systems):
    """Refuse tasks that are not scored by UAR."""
    tasks = [protocols.load(name).task for name in names]
    tasks += [of["task"] for of in systems if "task" in of]
    if rated := [one for one in tasks if one not in (CLASSES, SOFT)]:
        raise ValueError(
            f"task: a study compares the UAR of classes, found {rated[0]}; remove "
            "the task, or compare the runs with clser compare"
        )


def _replaced(replaced, names):
    """Return what replaces the first of the names that is replaced."""
    found = [replaced[name] for name in names if name in replaced]
    return {"encoder": found[0]} if found else {}


def _matrix(found):
    """Name the protocols of every source with every target."""
    given = found.get("matrix", [])
    given = given if isinstance(given, dict) else {"corpora": given}
    corpora, setting = given.get("corpora"), given.get("setting", "")
    is_valid = isinstance(corpora, list) and isinstance(setting, str)
    _require(
        is_valid and given.keys() <= {"corpora", "setting"}, "matrix", found
    )
    with_itself = "held_out" in setting
    return {
        f"{source} to {target}": f"{source}_to_{target}{':' * bool(setting)}{setting}"
        for source, target in itertools.product(corpora, repeat=2)
        if with_itself or source != target
    }


def _protocol(name):
    """Check a protocol; the path of a file becomes absolute."""
    protocols.load(name)
    return str(Path(name).resolve()) if Path(name).is_file() else name


def _require_baselines(names):
    from speechbrain_clser.training.baselines import BASELINES  # imports torch

    for name in names:
        if name.split(" + ")[0] not in BASELINES:
            raise ValueError(
                "compare_with: expected a system, or one of "
                f"{', '.join(BASELINES)}, alone or followed by ` + ` and an "
                f"adaptation, found {name!r}"
            )


def _require(is_valid, key, found):
    if not is_valid:
        raise ValueError(f"{key}: expected {KEYS[key]}, found {found[key]!r}")


def _require_distinct(names, key):
    """Refuse names with the same folder."""
    folders = {}
    for name in names:
        if (other := folders.setdefault(_folder(name), name)) != name:
            raise ValueError(
                f"{key}: expected names that differ in letters or digits, found "
                f"{other!r} and {name!r}, whose folders are the same"
            )


def _folder(name):
    return re.sub(r"[^\w.+=-]+", "_", name)


def default(recipe, name, key):
    """Return a top-level value of a YAML as text by its key; None without the key."""
    path = Path(recipe, "hparams", f"{name}.yaml")
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        there = sorted(one.stem for one in path.parent.glob("*.yaml"))
        raise ValueError(
            f"expected the name of a YAML of {path.parent} ({', '.join(there)}), "
            f"found {name!r}"
        ) from None
    found = re.search(rf"^{key}: *([^\s#]+)", text, re.MULTILINE)
    return found[1] if found else None


def _typed(value):
    return value if isinstance(value, str) else json.dumps(value)


def _without(settings, key):
    return {name: value for name, value in settings.items() if name != key}


def _joined(values):
    return f"{'+'.join(values['sources'])}_to_{'+'.join(values['targets'])}"


def pair_of(name):
    """Return source and target of a protocol that has one of each, else None.

    Example
    -------
    >>> pair_of("emodb_to_emovo"), pair_of("four_to_emodb")
    (('emodb', 'emovo'), None)
    """
    found = protocols.load(name)
    if len(found.sources) == len(found.targets) == 1:
        return found.sources[0], found.targets[0]
    return None


def _zero_shot(name):
    """Return the values of a zero-shot name of the grammar, else None."""
    try:
        values = parse(name)
    except ValueError:  # a file
        return None
    is_plain = not any("/" in target for target in values["targets"])
    return values if is_plain and values["supervision"] == "zero_shot" else None
