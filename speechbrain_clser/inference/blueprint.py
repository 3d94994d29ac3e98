"""Describe constructor calls as plain data, for the YAML of a model.

The YAML of a training computes values (the width of a head from that of a pooling,
classes from a protocol). Here these values are evaluated, so that the YAML of a
model contains only constructors with plain values and executes no function.
"""

import dataclasses
import inspect
import pydoc
import re

import torch
import yaml

from speechbrain_clser.data.unique_keys import UniqueKeys


@dataclasses.dataclass(frozen=True)
class New:
    """A constructor with its arguments.

    Arguments
    ---------
    path : str
        Dotted path.
    arguments : dict or list
        Plain values and blueprints.
    """

    path: str
    arguments: dict | list = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class Name:
    """A reference to a function, which is not called.

    Arguments
    ---------
    path : str
        Dotted path.
    """

    path: str


@dataclasses.dataclass(frozen=True)
class Ref:
    """A reference to another top-level key of the same YAML.

    Arguments
    ---------
    key : str
        Name of the key.
    """

    key: str


def of(thing, known=None):
    """Return the blueprint of an extractor or a config.

    Both store their arguments as attributes of the same names.

    ``known`` maps submodules to the blueprints that replace them.

    Example
    -------
    >>> from speechbrain_clser.features.encoders import extractor
    >>> acoustic = of(extractor("acoustic"))
    >>> acoustic.path, acoustic.arguments["config"].arguments["n_mels"]
    ('speechbrain_clser.features.acoustic.AcousticFeatures', 40)
    """
    known = known or {}
    if isinstance(thing, torch.nn.Module) and thing in known:
        return known[thing]
    kind = type(thing)
    path = f"{kind.__module__}.{kind.__qualname__}"
    if dataclasses.is_dataclass(thing):
        names = [field.name for field in dataclasses.fields(thing)]
        return New(path, {name: of(getattr(thing, name)) for name in names})
    if not isinstance(thing, torch.nn.Module):
        return thing
    arguments = {}
    for name, parameter in inspect.signature(kind).parameters.items():
        given = getattr(thing, name)
        if parameter.kind is parameter.VAR_KEYWORD:
            arguments |= {key: of(inner, known) for key, inner in given.items()}
        else:
            arguments[name] = of(given, known)
    return New(path, arguments)


def read(text, key, known):
    """Read one key of a run's YAML and evaluate all computed values.

    Arguments
    ---------
    text : str
        YAML of the run with references resolved, as saved in the run folder.
    key : str
        Top-level key to read.
    known : dict
        Top-level key to an existing object, which is used instead of building
        it again.

    Example
    -------
    >>> text = '''
    ... pooling: &p !new:speechbrain_clser.lobes.pooling.MeanStdPooling
    ...     dim: 8
    ... head: !new:torch.nn.Linear
    ...     in_features: !apply:getattr [*p, output_dim]
    ...     out_features: 4
    ... '''
    >>> read(text, "head", {}).arguments
    {'in_features': 16, 'out_features': 4}
    """
    loader = _Computing(text)
    nodes = {name.value: node for name, node in loader.get_single_node().value}
    if key not in nodes:
        raise KeyError(
            f"expected {key!r} in the YAML of the run, found "
            f"{', '.join(nodes)}; export a run of train.py"
        )
    for name, value in known.items():
        loader.constructed_objects[nodes[name]] = value
    return loader.construct_object(nodes[key], deep=True)


def build(value):
    """Build the objects of all blueprints in a value."""
    if isinstance(value, New):
        return _call(pydoc.locate(value.path), build(value.arguments))
    if isinstance(value, dict):
        return {key: build(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [build(inner) for inner in value]
    return value


def constructors(value):
    """Yield every constructor in a value, outer ones first."""
    if isinstance(value, New):
        yield value
        value = value.arguments
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list):
        for inner in value:
            yield from constructors(inner)


def dump(values, comment="") -> str:
    """Write values and blueprints as YAML for SpeechBrain.

    Example
    -------
    >>> head = New("torch.nn.Linear", {"in_features": 8, "out_features": 4})
    >>> print(dump({"head": head, "again": Ref("head")}, "A head."), end="")
    # A head.
    head: !new:torch.nn.Linear
      in_features: 8
      out_features: 4
    again: !ref '<head>'
    """
    text = yaml.dump(values, Dumper=_Writer, sort_keys=False, width=80)
    return "".join(f"# {line}\n" for line in comment.splitlines()) + text


class Reader(UniqueKeys):
    """Load plain values, and constructors as blueprints; call nothing."""

    def arguments(self, node):
        """Return the arguments of a constructor, a dict or list."""
        if isinstance(node, yaml.MappingNode):
            return self.construct_mapping(node, deep=True)
        if isinstance(node, yaml.SequenceNode):
            return self.construct_sequence(node, deep=True)
        return {}


class _Computing(Reader):
    """Evaluate ``!apply`` as well; only for YAML that this package wrote."""


def _new(loader, path, node):
    return New(path, loader.arguments(node))


def _apply(loader, path, node):
    return _call(pydoc.locate(path), build(loader.arguments(node)))


def _call(function, arguments):
    if isinstance(arguments, dict):
        return function(**arguments)
    return function(*arguments)


Reader.add_multi_constructor("!new:", _new)
_Computing.add_multi_constructor("!apply:", _apply)
# 1e-05 is a number in SpeechBrain's YAML and a string in PyYAML.
Reader.add_implicit_resolver(
    "tag:yaml.org,2002:float",
    re.compile(r"[-+]?\d+(\.\d*)?[eE][-+]?\d+$"),  # a digest may start so
    list("-+0123456789"),
)


class _Writer(yaml.SafeDumper):
    """Write repeated values in full, without YAML aliases."""

    def ignore_aliases(self, data):
        return True


def _write_new(writer, new):
    tag = f"!new:{new.path}"
    if isinstance(new.arguments, dict):
        return writer.represent_mapping(tag, new.arguments)
    return writer.represent_sequence(tag, new.arguments)


_Writer.add_representer(New, _write_new)
_Writer.add_representer(
    Name, lambda writer, name: writer.represent_scalar(f"!name:{name.path}", "")
)
_Writer.add_representer(
    Ref, lambda writer, ref: writer.represent_scalar("!ref", f"<{ref.key}>")
)
_Writer.add_representer(tuple, yaml.SafeDumper.represent_list)
