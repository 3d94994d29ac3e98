"""Names of the previous version, which are still read, with a message."""

import dataclasses
import functools
import importlib
import logging
import re
import tempfile
from pathlib import Path
from types import SimpleNamespace

logger = logging.getLogger(__name__)

PROTOCOL_KEYS = {
    "merge": "merge_classes",
    "scored": "test_on",
    "sizes": "predefined_splits",
    "source_shots": "source_shots_per_class",
    "target_material": "target_supervision",
    "target_share": "target_labelled_fraction",
}
# Keys of the recipe's YAMLs, and so options of train.py.
OPTIONS = {
    "believed_share": "pseudo_label_fraction",
    "cells": "hierarchical_sampling",
    "draws": "trials",
    "fresh_parts": "reset_modules",
    "frozen_parts": "frozen_modules",
    "heard_share": "propagation_alpha",
    "pack_encoder": "bundle_encoder",
    "passes": "repeats_per_epoch",
    "recogniser": "phone_recogniser",
    "resonates": "field_level",
    "speeds": "speed_perturb",
    "style_source": "style_encoder",
    "target_share": "target_labelled_fraction",
}
# Arguments of objects, at any depth of a YAML.
ARGUMENTS = ("believed_share", "heard_share", "passes", "resonates")
# Commands of clser, and their options.
COMMANDS = {"demo": "app", "store": "cache"}
COMMAND_OPTIONS = {
    "normalise-over": "normalise-with",
    "pack-encoder": "bundle-encoder",
    "unknown-below": "min-confidence",
}
# Splits and keys in the files of a run.
NAMES = {
    "believed": "pseudo_labels",
    "n_believed": "n_pseudo_labels",
    "scored": "test",
    "shots": "target_labelled",
    "target_scored": "test",
    "undefined": "missing_values",
}
MANIFEST_KEYS = {"strays": "unlisted"}
# Beginnings of file names of a run, by the new one.
FILES = {"missing_values": "undefined", "test": "target_scored"}
# Values of settings.
VALUES = {"balance": {"cells": "hierarchical"}}
# Module and name of what YAMLs build.
PARTS = {
    "inference.stages.AsItIs": "inference.stages.NoNormalization",
    "inference.stages.Recogniser": "inference.stages.EmotionEncoder",
    "lobes.column_jitter.ColumnJitter": "lobes.feature_shift.FeatureShift",
    "lobes.dynamics.Dynamics": "lobes.delta_features.DeltaFeatures",
    "lobes.dynamics.columns_of": "lobes.delta_features.columns_of",
    "lobes.stretch_mask.StretchMask": "lobes.spec_augment.SpecAugment",
}


def current_keys(values, names, where) -> dict:
    """Rename keys of a mapping, with a warning for each.

    Raises
    ------
    ValueError
        If both the old and the new key are there.

    Example
    -------
    >>> current_keys({"merge": {}, "shots": 5}, PROTOCOL_KEYS, "p.yaml")
    {'merge_classes': {}, 'shots': 5}
    """
    for old in values.keys() & names.keys():
        if names[old] in values:
            raise ValueError(
                f"{where}: expected one of {old} and {names[old]}, found both; "
                f"{names[old]} is the new name, delete {old}"
            )
        _warn(where, old, f"called {names[old]}")
    return {names.get(key, key): value for key, value in values.items()}


def replaced_keys(where, old, new):
    """Warn that ``new`` replaces several keys, which are read for one version."""
    _warn(where, ", ".join(sorted(old)), f"written {new}")


@functools.cache
def unstated_own_classes(where, names):
    """Warn that classes of one's own need a key, without which they are read."""
    logger.warning(
        "%s: classes %s are no emotions; add `own_classes: true`, which is "
        "needed from version 0.3",
        *(where, ", ".join(names)),
    )


def current_names(value, where):
    """Rename splits and keys of a JSON file; the protocol keeps its keys.

    Example
    -------
    >>> current_names({"shots": 1, "parts": ["scored"]}, "data.json")
    {'target_labelled': 1, 'parts': ['test']}
    """
    if isinstance(value, dict):
        return {
            current_names(key, where): one
            if key == "protocol"
            else current_names(one, where)
            for key, one in value.items()
        }
    if isinstance(value, list):
        return [current_names(one, where) for one in value]
    if value in (*NAMES,):
        _warn(where, value, f"called {NAMES[value]}")
        return NAMES[value]
    if isinstance(value, str):  # a sentence of the ledger or the audit
        value = re.sub(
            r"\bthe scored\b(?! utter| audio)", "the test audio", value
        )
        value = re.sub(r"\b(the|and) scored\b", r"\1 test", value)
    return value


def current_value(key, value, where):
    """Return a value of a setting by its current name.

    Example
    -------
    >>> current_value("balance", "cells", "my.yaml")
    'hierarchical'
    """
    old = str(value).strip()
    new = VALUES.get(key, {}).get(old)
    if new is None:
        return value
    _warn(where, f"{key}: {old}", f"written {key}: {new}")
    return value.replace(old, new)


def current_file(path) -> Path:
    """Find a file of a run by its current name, or else by its earlier one.

    Example
    -------
    >>> old = getfixture("tmp_path") / "target_scored.csv"
    >>> old.touch()
    >>> current_file(old.with_name("test.csv")) == old
    True
    """
    path = Path(path)
    old = path.with_name(
        re.sub(rf"^({'|'.join(FILES)})", lambda new: FILES[new[1]], path.name)
    )
    if path.exists() or not old.exists():
        return path
    _warn(path.parent, old.name, f"called {path.name}")
    return old


def current_yaml(text, where, names=OPTIONS) -> str:
    """Rename keys, references and parts in a YAML of the recipe or of a run.

    Example
    -------
    >>> current_yaml("x: !ref <speeds>", "my.yaml")
    'x: !ref <speed_perturb>'
    """
    for old, new in names.items():
        indent = r"[ \t]*" if old in ARGUMENTS else ""
        text, n_keys = re.subn(rf"(?m)^({indent}){old}:", rf"\g<1>{new}:", text)
        text = text.replace(f"!ref <{old}>", f"!ref <{new}>")
        if n_keys:
            _warn(where, old, f"called {new}")
    for old, new in PARTS.items():
        before, after = f"speechbrain_clser.{old}", f"speechbrain_clser.{new}"
        text, n_parts = re.subn(rf"{re.escape(before)}\b", after, text)
        if n_parts:
            _warn(where, before, f"called {after}")
    text, n_rows = re.subn(
        r"(\brows:[\w\s\[,-]*?\b)shots\b(?!:)", r"\1target_labelled", text
    )
    if n_rows:
        _warn(where, "shots in rows", "called target_labelled")
    return text


def current_model(text, where) -> str:
    """Rename arguments and parts in the YAML of a model folder.

    Example
    -------
    >>> current_model("  resonates: utterance", "hyperparams.yaml")
    '  field_level: utterance'
    """
    if isinstance(text, bytes):
        try:
            text = text.decode()
        except UnicodeDecodeError:
            return text
    return current_yaml(text, where, {old: OPTIONS[old] for old in ARGUMENTS})


def current_arguments(hparams_file, options) -> list:
    """Rename options of ``train.py``, and keys of the YAML that it was given.

    Example
    -------
    >>> path = getfixture("tmp_path") / "my.yaml"
    >>> _ = path.write_text("trials: 1")
    >>> current_arguments(str(path), ["--draws=3"])[1:]
    ['--trials=3']
    """
    text = Path(hparams_file).read_text(encoding="utf-8")
    if (current := current_yaml(text, hparams_file)) != text:
        folder = tempfile.mkdtemp(prefix="speechbrain_clser_")
        hparams_file = str(Path(folder, Path(hparams_file).name))
        Path(hparams_file).write_text(current, encoding="utf-8")
    return [hparams_file, *map(_current_option, options)]


def current_command(arguments) -> list:
    """Rename the command and the options of a command line of ``clser``.

    Example
    -------
    >>> current_command(["predict", "model", "--unknown-below=0.5"])
    ['predict', 'model', '--min-confidence=0.5']
    """
    arguments = [_current_option(a, COMMAND_OPTIONS) for a in arguments]
    for place, argument in enumerate(arguments):
        if not argument.startswith("-"):
            if argument in COMMANDS:
                _warn("clser", argument, f"called {COMMANDS[argument]}")
                arguments[place] = COMMANDS[argument]
            break
    return arguments


def _current_option(argument, names=OPTIONS):
    name, equals, value = argument.partition("=")
    new = names.get(name.removeprefix("--"))
    if not (name.startswith("--") and new):
        return argument
    _warn("command line", name, f"called --{new}")
    return f"--{new}{equals}{value}"


def renamed_arguments(**names):
    """Decorate a constructor to accept old argument names, with a warning.

    Example
    -------
    >>> class Field:
    ...     @renamed_arguments(resonates="field_level")
    ...     def __init__(self, field_level):
    ...         self.field_level = field_level
    >>> Field(resonates="utterance").field_level
    'utterance'
    """

    def decorate(init):
        @functools.wraps(init)
        def wrapper(self, *arguments, **options):
            options = current_keys(options, names, type(self).__name__)
            return init(self, *arguments, **options)

        return wrapper

    return decorate


def grouped_arguments(**groups):
    """Decorate a constructor to accept the fields of its configs, with a warning.

    Example
    -------
    >>> Rate = dataclasses.make_dataclass("Rate", [("lr", float)])
    >>> class Trainer:
    ...     @grouped_arguments(rate=Rate)
    ...     def __init__(self, rate):
    ...         self.rate = rate
    >>> Trainer(lr=0.1).rate
    Rate(lr=0.1)
    """

    def decorate(init):
        @functools.wraps(init)
        def wrapper(self, *arguments, **options):
            for name, kind, flat in pop_groups(groups, options):
                new = f"given in `{name}: {kind.__name__}`"
                _warn(type(self).__name__, ", ".join(flat), new)
                given = options.get(name)
                options[name] = (
                    kind(**flat)
                    if given is None
                    else dataclasses.replace(given, **flat)
                )
            return init(self, *arguments, **options)

        wrapper.groups = groups
        return wrapper

    return decorate


def pop_groups(groups, options):
    """Take fields of configs out of options; yield argument, config, fields."""
    for name, kind in groups.items():
        fields = {field.name for field in dataclasses.fields(kind)}
        if flat := {k: options.pop(k) for k in sorted(fields & {*options})}:
            yield name, kind, flat


def renamed_part(package, name):
    """Find what a module was called before, for ``__getattr__`` of a module.

    SpeechBrain's own ``EncoderClassifier`` builds the parts that a model folder
    names, and so imports them by their old names.

    Raises
    ------
    AttributeError
        If there never was such a name.

    Example
    -------
    >>> renamed_part("speechbrain_clser.lobes", "dynamics").Dynamics.__name__
    'DeltaFeatures'
    """
    asked = f"{package}.{name}".removeprefix("speechbrain_clser.")
    if asked in PARTS:
        _warn(package, asked, f"called {PARTS[asked]}")
        return _imported(PARTS[asked])
    inner = {
        old.rpartition(".")[2]: new
        for old, new in PARTS.items()
        if old.rpartition(".")[0] == asked
    }
    if not inner:
        raise AttributeError(f"module {package!r} has no attribute {name!r}")
    new = next(iter(inner.values())).rpartition(".")[0]
    _warn(package, asked, f"called {new}")
    return SimpleNamespace(**{k: _imported(v) for k, v in inner.items()})


def _imported(path):
    module, _, name = f"speechbrain_clser.{path}".rpartition(".")
    return getattr(importlib.import_module(module), name)


@functools.cache
def _warn(where, old, new):
    logger.warning(
        "%s: %s %s now %s; the old form is read until version 0.3",
        *(where, old, "are" if ", " in old else "is", new),
    )
