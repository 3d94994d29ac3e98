"""Read the YAML of an untrusted model as data, without executing code.

SpeechBrain's YAML may call any function and access any object, so loading a model
of another author can execute arbitrary code. A model needs only the constructors
that are listed here, and those that installed packages declare as entry points (see
``speechbrain_clser.entry_points``). A file that names anything else is refused before
any of it is evaluated. SpeechBrain's own loader, which resolves references in any
string, is not used.
"""

import re

import yaml

from speechbrain_clser import entry_points
from speechbrain_clser.deprecation import current_model
from speechbrain_clser.inference.blueprint import New, Reader

# All constructors that ``export`` writes: each takes plain values or other
# constructors of this list, opens no file except a pretrained encoder, and
# imports nothing by name.
PARTS = {
    "speechbrain.dataio.encoder.CategoricalEncoder",
    *(
        f"speechbrain_clser.{path}"
        for path in (
            "features.acoustic.AcousticConfig",
            "features.acoustic.AcousticFeatures",
            "features.mfcc.LogMel",
            "features.mfcc.Mfcc",
            "features.mfcc.MfccConfig",
            "features.prosody.both.Prosody",
            "features.prosody.measures.MeasuresConfig",
            "features.ssl.SSLConfig",
            "features.ssl.SSLFeatures",
            "features.ssl_adapters.Adaptation",
            "features.statistics.Statistics",
            "features.streams.Streams",
            "features.text.TextConfig",
            "features.text.TextEncoder",
            "inference.channel.OneChannel",
            "inference.normaliser.LevelLayers",
            "inference.normaliser.SourceStatistics",
            "inference.packed.PackedEncoder",
            "inference.stages.NoEmbeddingNormalization",
            "inference.stages.NoNormalization",
            "inference.stages.LogPosterior",
            "inference.stages.Values",
            "inference.stages.EmotionEncoder",
            "lobes.capsules.CapsulePooling",
            "lobes.co_attention.CoAttention",
            "lobes.conv_transformer.ConvTransformer",
            "lobes.cosine_head.CosineHead",
            "lobes.delta_features.DeltaFeatures",
            "lobes.highlight_gate.HighlightGate",
            "lobes.pointwise_conv.PointwiseConv",
            "lobes.pooling.MeanStdPooling",
            "lobes.prosody_encoder.ProsodyEncoder",
            "lobes.random_crop.RandomCrop",
            "lobes.stream.Stream",
            "lobes.stream_fusion.StreamFusion",
            "methods.camulenet.Camulenet",
            "methods.dual_anchor.AnchoringConfig",
            "methods.dual_anchor.DualAnchor",
            "methods.dual_anchor.PseudoLabelConfig",
            "methods.dual_attention.DualAttention",
            "methods.ensemble.Ensemble",
            "methods.gmp_tl.GmpTl",
            "methods.hump_cat.HumpCat",
            "methods.linear.Linear",
            "methods.multi_gating.MultiGating",
            "methods.pseudo_label.PseudoLabel",
            "methods.sere.ResonanceConfig",
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
# Used by SpeechBrain's own class only; here ``loading`` determines the files.
NOT_READ = "pretrainer"
# Some encoder settings contain a table of 16,000 numbers, referenced several
# times.
MAX_NODES, MAX_DEPTH = 200_000, 40
MAX_BYTES = 2**22
# Widths and numbers of layers. Settings of a bundled encoder and sample rates are
# checked elsewhere.
MAX_SIZE, NO_SIZES = 2**16, {"settings", "sample_rate_hz"}


def read_file(path, overrides=None) -> dict:
    """Read the YAML of a model from a file of limited size; see ``read``.

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
    """Parse the YAML of a model; raise ValueError if it could execute code.

    Arguments
    ---------
    text : str
        The YAML.
    where : str or Path
        Its file, for messages.
    overrides : dict, optional
        Plain values that replace others; nested values in nested dicts.

    Returns
    -------
    dict
        Plain values and blueprints; see ``blueprint.build``.

    Raises
    ------
    KeyError
        If an override names an unknown key.
    ImportError
        If it names a part of an installed package that cannot be imported.
    ValueError
        If the text is not YAML, names something that is neither in ``PARTS`` nor
        declared by an installed package, or contains sizes that are too large.

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
                "exports or that installed packages declare, found "
                f"{found}{'' if is_large else _advice(node)}; if you trust who "
                "made it as you trust a program that you run, load it with "
                "is_trusted=True, or with clser predict --trust"
            )
    try:
        values = _Reader(named).construct_document(root)
    except (yaml.YAMLError, LookupError, ValueError) as error:
        raise _no_model(where, error) from error
    _refuse_sizes(values, where)
    return values


def _refuse_sizes(values, where, key=""):
    """Raise ValueError for sizes that would take too much memory or time."""
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
            f"{values:.3g}; download or export the model again"
        )


class _Reader(Reader):
    """Load references as copies of the referenced values."""

    def __init__(self, named):
        super().__init__("")
        self.named = named

    def resolve(self, node):
        """Load the value of a top-level key."""
        return self.construct_object(self.named[_key(node)], deep=True)


_Reader.add_constructor("!ref", _Reader.resolve)


def _compose(text, where):
    """Return the root node of the file, a mapping."""
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
    """Replace values of a mapping and of nested mappings."""
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
    """Yield every node with its depth; references are resolved."""
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
    """Return whether a tag is plain, a reference, or a part."""
    if isinstance(node, yaml.MappingNode):
        if not all(_is_word(key) for key, _ in node.value):
            return False
    if node.tag == "!ref":
        return isinstance(node, yaml.ScalarNode) and _key(node) in named
    if node.tag in PLAIN:
        return True
    kind, _, path = node.tag.partition(":")
    return kind == "!new" and (
        path in PARTS or entry_points.part(path) is not None
    )


def _advice(node):
    """Return what to install if a constructor is refused."""
    kind, _, path = node.tag.partition(":")
    return f" ({entry_points.advice(path)})" if kind == "!new" else ""


def _is_word(node):
    return isinstance(node, yaml.ScalarNode) and node.tag in PLAIN


def _key(node):
    """Return the key of a reference; None if it is not a plain key."""
    named = re.fullmatch(r"<(\w+)>", node.value)
    return named and named[1]
