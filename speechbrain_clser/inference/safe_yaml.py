"""A model's YAML as data: read only when it can do no harm.

SpeechBrain's YAML may call any function and look into any object, so loading a
model from somebody else runs whatever that person wrote. A model needs nothing
but a few constructors, which stand here by name. A file that names anything else
is refused before a line of it has an effect; and SpeechBrain's loader, which
finds references wherever a text looks like one, never sees it.
"""

import re

import yaml

from speechbrain_clser.deprecation import current_model
from speechbrain_clser.inference.blueprint import New, Reader

# All that ``export`` writes: each takes plain values or others of these, opens
# nothing but a pretrained encoder, and finds nothing by name.
PARTS = {
    "speechbrain.dataio.encoder.CategoricalEncoder",
    *(
        f"speechbrain_clser.{path}"
        for path in (
            "features.acoustic.AcousticConfig",
            "features.acoustic.AcousticFeatures",
            "features.mfcc.Mfcc",
            "features.mfcc.MfccConfig",
            "features.prosody.both.Prosody",
            "features.prosody.measures.MeasuresConfig",
            "features.ssl.SSLConfig",
            "features.ssl.SSLFeatures",
            "features.ssl_adapters.Adaptation",
            "features.statistics.Statistics",
            "features.streams.Streams",
            "inference.channel.OneChannel",
            "inference.normaliser.LevelLayers",
            "inference.normaliser.SourceStatistics",
            "inference.packed.PackedEncoder",
            "inference.stages.NoNormalization",
            "inference.stages.LogPosterior",
            "inference.stages.EmotionEncoder",
            "lobes.conv_transformer.ConvTransformer",
            "lobes.cosine_head.CosineHead",
            "lobes.delta_features.DeltaFeatures",
            "lobes.highlight_gate.HighlightGate",
            "lobes.pooling.MeanStdPooling",
            "lobes.prosody_encoder.ProsodyEncoder",
            "lobes.random_crop.RandomCrop",
            "lobes.stream.Stream",
            "lobes.stream_fusion.StreamFusion",
            "methods.dual_anchor.DualAnchor",
            "methods.hump_cat.HumpCat",
            "methods.linear.Linear",
            "methods.sere.Sere",
            "methods.source_only.SourceOnly",
            "methods.supcon_spkadv.SupConSpkAdv",
        )
    ),
    "torch.nn.Identity",
    "torch.nn.Linear",
}
PLAIN = {
    f"tag:yaml.org,2002:{kind}"
    for kind in ("map", "seq", "str", "int", "float", "bool", "null")
}
# What SpeechBrain's own class loads from where, and how; here ``loading`` knows.
NOT_READ = "pretrainer"
# Some settings of encoders hold a table of 16,000 numbers, and are referred to
# several times.
MAX_NODES, MAX_DEPTH = 200_000, 40
MAX_BYTES = 2**22
# Widths and counts of layers. Settings of a packed encoder are checked where
# they are read, and rates with the values.
MAX_SIZE, NO_SIZES = 2**16, {"settings", "sample_rate_hz"}


def read_file(path, overrides=None) -> dict:
    """Read a model's YAML from a file of limited size; see ``read``.

    Arguments
    ---------
    path : Path
        Of the file.
    overrides : dict, optional
        As for ``read``.

    Returns
    -------
    dict
        As of ``read``.

    Raises
    ------
    KeyError
        If there is nothing to override by such a name.
    ValueError
        If the file is too large, or ``read`` refuses it.

    Example
    -------
    >>> path = getfixture("tmp_path") / "hyperparams.yaml"
    >>> _ = path.write_text("a: 1")
    >>> read_file(path)
    {'a': 1}
    """
    n_bytes = path.stat().st_size
    if n_bytes > MAX_BYTES:
        raise _no_model(path, f"{n_bytes:,} bytes, at most {MAX_BYTES:,}")
    return read(path.read_bytes(), path, overrides)


def read(text, where, overrides=None) -> dict:
    """Read a model's YAML, and refuse it if it could do more than build one.

    Arguments
    ---------
    text : str
        As it came.
    where : str or Path
        It came from; for the message.
    overrides : dict, optional
        Plain values to put in the place of others, inner ones by dicts.

    Returns
    -------
    dict
        Values, and blueprints of what is to be built; see ``blueprint.build``.

    Raises
    ------
    KeyError
        If there is nothing to override by such a name.
    ValueError
        If it calls or names what is not on the list, asks for sizes that no
        model has, or is no YAML.

    Example
    -------
    >>> read("head: !new:torch.nn.Linear [8, 4]", "here")
    {'head': New(path='torch.nn.Linear', arguments=[8, 4])}
    >>> read("head: !apply:os.system [reboot]", "here")
    Traceback (most recent call last):
    ...
    ValueError: here, line 1: ...expected ...found !apply:os.system...
    """
    root = _compose(current_model(text, where), where)
    if overrides:
        root = _changed(root, yaml.compose(yaml.safe_dump(overrides)))
    kept = [pair for pair in root.value if pair[0].value != NOT_READ]
    root = yaml.MappingNode(root.tag, kept, root.start_mark)
    named = {key.value: value for key, value in kept if _is_word(key)}
    for count, (node, depth) in enumerate(_walk(root, named)):
        value = node.value if isinstance(node, yaml.ScalarNode) else ""
        found = f"{node.tag} {value}"
        if is_large := count == MAX_NODES or depth == MAX_DEPTH:
            found = "something larger or deeper than any model"
        if is_large or not _is_harmless(node, named):
            raise ValueError(
                f"{where}, line {node.start_mark.line + 1}: a model is data, "
                "expected plain values and the parts that speechbrain-clser "
                f"exports, found {found}; if you trust who made it as you "
                "trust a program you run, load it with is_trusted=True, or "
                "with clser predict --trust"
            )
    try:
        values = _Reader(named).construct_document(root)
    except (yaml.YAMLError, LookupError, ValueError) as error:
        raise _no_model(where, error) from error
    _refuse_sizes(values, where)
    return values


def _refuse_sizes(values, where, key=""):
    """Complain about numbers that would take a machine's memory or a day."""
    if isinstance(values, New):
        values = values.arguments
    if isinstance(values, dict):
        for name, inner in values.items():
            if name not in NO_SIZES:
                _refuse_sizes(inner, where, name)
    elif isinstance(values, list):
        for inner in values:
            _refuse_sizes(inner, where, key)
    elif isinstance(values, int) and abs(values) > MAX_SIZE:
        raise ValueError(
            f"{where}: {key}: expected numbers of at most {MAX_SIZE:,}, found "
            f"{values:.3g}; no model has such a size, get it again"
        )


class _Reader(Reader):
    """References are what they stand for, written once more."""

    def __init__(self, named):
        super().__init__("")
        self.named = named

    def stand_for(self, node):
        """Give what stands under a key of the file."""
        return self.construct_object(self.named[_key(node)], deep=True)


_Reader.add_constructor("!ref", _Reader.stand_for)


def _compose(text, where):
    """The root of the file, a mapping."""
    try:
        root = yaml.compose(text, Loader=Reader)
    except (yaml.YAMLError, RecursionError) as error:
        raise _no_model(where, error) from error
    is_mapping = isinstance(root, yaml.MappingNode)
    if not (is_mapping and root.tag == "tag:yaml.org,2002:map"):
        raise _no_model(where, "no keys")
    return root


def _no_model(where, found):
    return ValueError(
        f"{where}: expected the YAML of a model with keys, found {found}; "
        "download or export it again"
    )


def _changed(node, changes):
    """A mapping, and those inside it, with other values for some keys."""
    both = (node, changes)
    if not all(isinstance(one, yaml.MappingNode) for one in both):
        return changes
    values = {key.value: (key, value) for key, value in node.value}
    for key, change in changes.value:
        if key.value not in values:
            raise KeyError(
                f"overrides: expected some of {', '.join(values)}, got "
                f"{key.value!r}; see hyperparams.yaml"
            )
        name, value = values[key.value]
        values[key.value] = name, _changed(value, change)
    return yaml.MappingNode(node.tag, [*values.values()], node.start_mark)


def _walk(root, named):
    """Every node with its depth, references as what they stand for."""
    waiting = [(root, 0)]
    while waiting:
        node, depth = waiting.pop()
        yield node, depth
        if isinstance(node, yaml.MappingNode):
            inside = [inner for pair in node.value for inner in pair]
        elif isinstance(node, yaml.SequenceNode):
            inside = node.value
        else:
            inside = [named[_key(node)]] if node.tag == "!ref" else []
        waiting += [(inner, depth + 1) for inner in inside]


def _is_harmless(node, named):
    """Whether a tag is plain, a reference, or a constructor on the list."""
    if isinstance(node, yaml.MappingNode):
        if not all(_is_word(key) for key, _ in node.value):
            return False
    if node.tag == "!ref":
        return isinstance(node, yaml.ScalarNode) and _key(node) in named
    kind, _, path = node.tag.partition(":")
    return node.tag in PLAIN or (kind == "!new" and path in PARTS)


def _is_word(node):
    return isinstance(node, yaml.ScalarNode) and node.tag in PLAIN


def _key(node):
    """The key that a reference names, and nothing but a key."""
    named = re.fullmatch(r"<(\w+)>", node.value)
    return named and named[1]
