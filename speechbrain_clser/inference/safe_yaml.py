"""A model's YAML as data: read only when it can do no harm.

SpeechBrain's YAML may call any function, so loading a model from somebody else
runs whatever that person wrote. A model needs nothing but a few constructors:
building blocks of torch and SpeechBrain, and parts of this package. A file that
names anything else is refused before a line of it has an effect, and what is
loaded in the end is not the file but what was understood of it.
"""

import dataclasses
import importlib
import re

import torch
import yaml

# Rooms whose modules and configs are parts of models.
ROOMS = (
    "speechbrain.nnet",
    "speechbrain_clser.features",
    "speechbrain_clser.inference",
    "speechbrain_clser.lobes",
    "speechbrain_clser.methods",
)
ALONE = {
    "speechbrain.dataio.encoder.CategoricalEncoder",
    "speechbrain.utils.parameter_transfer.Pretrainer",
    "speechbrain_clser.inference.channel.OneChannel",
}
# A part that runs a YAML of somebody else's; training needs it, no model does.
NEVER = {"speechbrain_clser.features.ecapa.Ecapa"}
# What may be named without being called.
NAMES = {
    "speechbrain_clser.inference.packed.unpack",
    "speechbrain_clser.inference.weights.load_exactly",
    "speechbrain_clser.inference.weights.load_labels",
}
PLAIN = {
    f"tag:yaml.org,2002:{kind}"
    for kind in ("map", "seq", "str", "int", "float", "bool", "null")
}


def read(text, where) -> str:
    """Read a model's YAML, and refuse it if it could do more than build one.

    Arguments
    ---------
    text : str
        As it came.
    where : str or Path
        It came from; for the message.

    Returns
    -------
    str
        The same values, written anew.

    Raises
    ------
    ValueError
        If it calls or names what is not on the list, or is no YAML.

    Example
    -------
    >>> read("head: !new:torch.nn.ReLU {}", "here")
    'head: !new:torch.nn.ReLU {}\\n'
    >>> read("head: !apply:os.system [reboot]", "here")
    Traceback (most recent call last):
    ...
    ValueError: here, line 1: ...expected ...found !apply:os.system...
    """
    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError as error:
        raise ValueError(
            f"{where}: expected the YAML of a model, found {error}; download "
            "or export it again"
        ) from error
    if not isinstance(root, yaml.MappingNode):
        raise ValueError(
            f"{where}: expected the YAML of a model with keys, found none; "
            "download or export it again"
        )
    for node in _walk(root, set()):
        if not _is_harmless(node):
            raise ValueError(
                f"{where}, line {node.start_mark.line + 1}: a model is data, "
                "expected plain values and building blocks of torch, "
                f"SpeechBrain and speechbrain-clser, found {node.tag} "
                f"{node.value if isinstance(node, yaml.ScalarNode) else ''}; "
                "if you trust who made it as you trust a program you run, "
                "load it with is_trusted=True"
            )
    return yaml.serialize(root, Dumper=yaml.SafeDumper, width=80)


def _walk(node, seen):
    """Every node below one, each once."""
    if id(node) in seen:
        return
    seen.add(id(node))
    yield node
    if isinstance(node, yaml.SequenceNode):
        for inner in node.value:
            yield from _walk(inner, seen)
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _walk(key, seen)
            yield from _walk(value, seen)


def _is_harmless(node):
    """Whether a tag is plain, a reference, or a constructor on the list."""
    kind, colon, path = node.tag.partition(":")
    if _is_code(node.value):
        return False
    if node.tag in PLAIN:
        return True
    if node.tag == "!ref":  # to a key; one with a dot reads an attribute
        value = node.value if isinstance(node, yaml.ScalarNode) else ""
        return bool(re.fullmatch(r"<\w+>", value))
    if kind == "!name":
        return path in NAMES
    return kind == "!new" and bool(colon) and _is_part(path)


def _is_code(value):
    """Whether HyperPyYAML would read more than a tuple of plain words.

    It reads what stands in parentheses, quoted or not, as YAML of its own,
    with every tag of Python allowed.
    """
    if not isinstance(value, str) or not value.strip().startswith("("):
        return False
    return not re.fullmatch(r"\([\w\s.,+-]*\)", value.strip())


def _is_part(path):
    """Whether a dotted path is that of a building block."""
    if path in ALONE:
        return True
    if path in NEVER or not re.fullmatch(r"\w+(\.\w+)+", path):
        return False
    module, _, name = path.rpartition(".")
    if module == "torch.nn":
        return _is_module(getattr(torch.nn, name, None))
    if not module.startswith(tuple(f"{room}." for room in ROOMS)):
        return False
    try:
        found = getattr(importlib.import_module(module), name, None)
    except ModuleNotFoundError:
        return False
    # Where it is defined, or a library imported by a part could be reached.
    return getattr(found, "__module__", None) == module and (
        _is_module(found)
        or (isinstance(found, type) and dataclasses.is_dataclass(found))
    )


def _is_module(found):
    return isinstance(found, type) and issubclass(found, torch.nn.Module)
