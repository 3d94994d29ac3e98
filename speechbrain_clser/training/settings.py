"""Settings of a run, compared before it is resumed."""

import json
import logging
import re
from pathlib import Path

import yaml
from hyperpyyaml import resolve_references

from speechbrain_clser.deprecation import current_value, current_yaml
from speechbrain_clser.io import atomic_write, read_json, remove_stale
from speechbrain_clser.tasks import CLASSES

logger = logging.getLogger(__name__)

# Keys of the YAML that change no result; each seed
# and trial has a folder of its own, each baseline a file.
INDIFFERENT = {
    "baselines",
    "cache_folder",
    "data_folder",
    "dataloader_options",
    "side_information",  # made of other keys
    "trials",
    "output_folder",
    "save_folder",
    "skip_prep",
    "report",
    "bundle_encoder",
    "seed",
    "seeds",
    "threads",
    "train_log",
    "train_logger",
}
# Without alignment they change nothing; earlier runs do not have them.
ALIGNMENT = (
    *("alignment", "alignment_constants", "alignment_weight"),
    "domain_alignment",
)
METHOD = "!new:speechbrain_clser.methods."
SCHEME = "!apply:speechbrain_clser.data.protocol.scheme"
TASK = "task", CLASSES
# SpeechBrain's own options that do change what is computed.
OPTIONS = (
    "eval_precision",
    "grad_accumulation_factor",
    "max_grad_norm",
    "optimizer_step_limit",
    "precision",
    "remove_vector_weight_decay",
    "skip_nonfinite_grads",
)


def settings(hparams_file, overrides, run_opts) -> dict:
    """Collect everything that changes results.

    Arguments
    ---------
    hparams_file : str or Path
        The YAML.
    overrides : dict
        Of the command line.
    run_opts : RunOptions
        SpeechBrain's.

    Returns
    -------
    dict
        Key to its value as text: YAML without comments for keys of the YAML.
    """
    values = {
        key: _text(node)
        for key, node in resolved(hparams_file, overrides).items()
        if key not in INDIFFERENT | {"__set_seed"}
    }
    return values | {key: str(run_opts[key]) for key in OPTIONS}


def resolved(hparams_file, overrides) -> dict:
    """Resolve the references of a YAML without building its objects."""
    with open(hparams_file, encoding="utf-8") as file:
        text = resolve_references(file, overrides).getvalue()
    return {key.value: node for key, node in yaml.compose(text).value}


def check_same_settings(folder, now: dict):
    """Refuse a folder that holds a run with other settings.

    Runs are resumed automatically; checkpoints of other settings must not be
    continued, nor seeds of two experiments averaged.

    Raises
    ------
    ValueError
        If the folder holds a run with other values, or its settings.json is
        damaged; nothing in it is touched.

    Example
    -------
    >>> folder = getfixture("tmp_path") / "run"
    >>> check_same_settings(folder, {"lr": "0.1"})
    >>> check_same_settings(folder, {"lr": "0.2"})
    Traceback (most recent call last):
    ValueError: ...run holds a run with other values of lr...
    """
    path = Path(folder) / "settings.json"
    if path.exists():
        before = _before(path, now)
        old, new = _comparable(before, path), _comparable(now, path)
        changed = sorted(
            key
            for key in old.keys() | new.keys()
            if old.get(key) != new.get(key)
        )
        if changed:
            raise ValueError(
                f"{folder} holds a run with other values of "
                f"{', '.join(changed)}; give another --output_folder, or "
                f"delete that one to start anew (found {changed[0]}: "
                f"{before.get(changed[0], 'nothing').strip()})"
            )
        remove_stale(folder, "**/*")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    atomic_write(path, json.dumps(now, indent=1) + "\n")


def _comparable(values, path):
    """Reduce settings to text without comments and configs within objects.

    Those of version 0.1 get the names of this version.
    """
    values = {k: current_value(k, str(v), path) for k, v in values.items()}
    nodes = {
        k: yaml.compose(current_yaml(v, path))
        for k, v in values.items()
        if v[-1:] == "\n"
    }
    others = {k: v for k, v in values.items() if k not in nodes}
    nodes |= _stripped_settings(others, path)
    found = {
        key: _text(_ungrouped(_without_default_task(node)))
        for key, node in nodes.items()
    }
    if found.get("task", "").split() == [CLASSES]:
        del found["task"]
    if found.get("alignment", "none").split() == ["none"]:
        found = {k: v for k, v in found.items() if k not in ALIGNMENT}
    return found


def _text(node):
    """Write a node; the text ends with a line break."""
    return yaml.serialize(node).removesuffix("...\n")


def _before(path, now):
    """Read the settings of the run; replace damaged ones if nothing is trained."""
    advice = (
        "if this command is that of the run, delete the file and type the "
        "command again; otherwise give another --output_folder"
    )
    try:
        return read_json(path, advice, dict)
    except ValueError as error:
        if any(path.parent.glob("**/seed_*/epochs.jsonl")):
            raise
        logger.warning("%s; nothing is trained there, so it is replaced", error)
        atomic_write(path, json.dumps(now, indent=1) + "\n")
        return now


def _stripped_settings(values, where) -> dict:
    """Read values of a settings.json of version 0.1, which were stripped."""
    entries = [_entry(*item) for item in values.items()]
    try:
        root = yaml.compose(current_yaml("\n".join(entries), where))
    except yaml.YAMLError as error:  # such as an anchor of a key left out
        raise ValueError(
            f"{where}: expected values of a YAML, found {error}; give another "
            f"--output_folder, or delete that one to start anew"
        ) from error
    return {key.value: node for key, node in root.value} if root else {}


def _entry(key, value):
    """Indent the first line of a stripped value like the others."""
    first, *others = [ln for ln in value.split("\n") if ln.strip()] or [""]
    indents = [len(line) - len(line.lstrip(" ")) for line in others]
    if first.startswith("- "):
        items = [
            n for n, line in zip(indents, others, strict=True) if line[n] == "-"
        ]
        indent = min(items, default=min(indents, default=2) - 2)
    elif re.match(r"\w+:( |$)", first):
        indent = min(indents, default=2)
    else:
        return f"{key}: {value}"
    return f"{key}:\n{' ' * indent}{value}"


def _without_default_task(node):
    """Leave out ``task: classes`` of a scheme, which earlier runs do not have."""
    if isinstance(node, yaml.SequenceNode):
        found = [_without_default_task(one) for one in node.value]
        return yaml.SequenceNode(node.tag, found, flow_style=node.flow_style)
    if not isinstance(node, yaml.MappingNode):
        return node
    pairs = [(key, _without_default_task(one)) for key, one in node.value]
    if node.tag == SCHEME:
        pairs = [p for p in pairs if (p[0].value, p[1].value) != TASK]
    return yaml.MappingNode(node.tag, pairs, flow_style=node.flow_style)


def _ungrouped(node):
    """Write the configs of a method as arguments of the method, sorted by name."""
    if not (isinstance(node, yaml.MappingNode) and METHOD in node.tag):
        return node
    pairs = []
    for key, value in node.value:
        is_config = METHOD in value.tag and value.tag.endswith("Config")
        pairs += value.value if is_config else [(key, value)]
    pairs.sort(key=lambda pair: pair[0].value)
    return yaml.MappingNode(node.tag, pairs)
