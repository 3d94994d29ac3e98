"""Load a model folder: build its modules from YAML and load its checkpoints.

The checkpoint of each module is determined here by the type of the module, not by
the YAML: no trained module keeps its random initialisation, and no file outside the
folder is read.
"""

from numbers import Real
from pathlib import Path

import torch
from hyperpyyaml import load_hyperpyyaml

from speechbrain_clser.data.soundness import RATES_HZ
from speechbrain_clser.errors import message_of
from speechbrain_clser.features.extractor import Extractor
from speechbrain_clser.features.hub import HUB_ID
from speechbrain_clser.features.normalisation import MODES
from speechbrain_clser.features.size_limits import limited
from speechbrain_clser.inference import blueprint, safe_yaml
from speechbrain_clser.inference.channel import OneChannel
from speechbrain_clser.inference.folders import refuse_links_out
from speechbrain_clser.inference.packed import PackedEncoder, unpack
from speechbrain_clser.inference.stages import (
    EmotionEncoder,
    LogPosterior,
    NoNormalization,
)
from speechbrain_clser.inference.weights import load_exactly, load_labels
from speechbrain_clser.methods.base import Method
from speechbrain_clser.tasks import CLASSES, RATED

# Only the EmotionEncoder has trained parameters, in these parts.
STAGES = {
    "compute_features": torch.nn.Identity,
    "mean_var_norm": NoNormalization,
    "embedding_model": EmotionEncoder,
    "classifier": LogPosterior,
}
LEARNERS = {
    "extractor": Extractor,
    "normaliser": torch.nn.Module,
    "method": Method,
}
# The only keys read from an untrusted file.
WANTED = (
    *("modules", "audio_normalizer", "label_encoder", "mean_var_norm_emb"),
    *("classes", "temperature", "normalise_by", "task"),
)
# Errors of constructors with invalid arguments.
PART_ERRORS = (
    *(ArithmeticError, AssertionError, AttributeError, ImportError),
    *(LookupError, MemoryError, OSError, RuntimeError, TypeError, ValueError),
)
# ``fit_temperature`` finds 0.5-10; values far outside this range give one class
# a probability of 1, or all classes the same probability.
TEMPERATURES = 0.01, 100.0
# A bundled encoder is built completely; the folder contains only the layers used.
MOST_TIMES = 64


def load(folder, hparams_file, overrides=None, is_trusted=False) -> dict:
    """Load a model folder.

    Arguments
    ---------
    folder : Path
        Model folder.
    hparams_file : str
        Name of the YAML file in the folder.
    overrides : dict, optional
        Values to override in that file.
    is_trusted : bool
        Whether the YAML may call any function and use any class.

    Returns
    -------
    dict
        ``hparams`` of ``EmotionClassifier``, including ``modules``.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    ImportError
        If a package of a trusted model is not installed, or one that declares a
        part of the model cannot be imported.
    KeyError
        If an override names an unknown key.
    ValueError
        If the folder could execute code, or its files do not match.
    """
    path = folder / hparams_file
    if not path.is_file():
        raise FileNotFoundError(
            f"expected {hparams_file} in {folder}, found none; give the "
            "model/ of a run"
        )
    if is_trusted:
        hparams = _build_anything(path, overrides)
    else:
        refuse_links_out(folder)
        values = safe_yaml.read_file(path, overrides)
        hparams = _build(values, path)
        _check_values(hparams, path)
    for name, fill, part in _files(hparams, path):
        file = folder / f"{name}.ckpt"
        if not file.is_file():
            raise FileNotFoundError(
                f"expected {file.name} in {folder}, found none; copy or "
                "download the whole folder"
            )
        fill(part, file)
    if not is_trusted:
        _try(hparams["modules"], path)
    return hparams


def _try(modules, path):
    """Classify half a second to check that the shapes of all parts match."""
    recogniser = modules["embedding_model"].eval()
    extractor, n_classes = recogniser.extractor, modules["classifier"].n_classes
    try:
        with torch.no_grad():
            frames = torch.zeros(1, 25, extractor.dim)
            if not extractor.is_large:  # slow, and checked elsewhere
                wavs = torch.ones(1, extractor.sample_rate_hz // 2)
                wavs[:, ::100] = -1  # a buzz
                frames, _ = recogniser.extract(wavs, torch.ones(1))
            frames = recogniser.normaliser(frames)
            output = recogniser.method({"frames": (frames, torch.ones(1))})
        found = f"{output.logits.shape[-1]} logits"
    except PART_ERRORS as error:
        found = f"{_described(error):.300}"
    if found != f"{n_classes} logits":
        raise ValueError(
            f"{path}: expected parts that fit together and give {n_classes} "
            f"logits, found {found}; take all files from one export"
        )


def _described(error):
    """Return the message of an error; with the kind if the class is torch's."""
    if isinstance(error, ValueError):
        return message_of(error)
    return f"{type(error).__name__}: {error}"


def _build_anything(path, overrides):
    """Build a trusted file, which may execute code."""
    try:
        return load_hyperpyyaml(path.read_text("utf-8"), overrides)
    except ImportError as error:
        raise ImportError(
            f"{path}: expected importable classes, found "
            f"{error}; install the package that holds them, or add its folder "
            "to PYTHONPATH"
        ) from error


def _build(values, path):
    """Build the ``WANTED`` keys; raise ValueError for any constructor error."""
    wanted = {name: values[name] for name in WANTED if name in values}
    _refuse_local_encoders(wanted, path)
    try:
        files = [file for file in path.parent.glob("*.ckpt") if file.is_file()]
        n_bytes = sum(file.stat().st_size for file in files)
        with limited(MOST_TIMES * n_bytes, path):
            return blueprint.build(wanted)
    except PART_ERRORS as error:
        raise ValueError(
            f"{path}: expected parts that can be built, found "
            f"{_described(error)}; take a folder that this version "
            "of speechbrain-clser exported"
        ) from error


def _refuse_local_encoders(values, path):
    """Raise ValueError for a local encoder; exports bundle local encoders."""
    for new in blueprint.constructors(values):
        source = {}
        if isinstance(new.arguments, dict):
            source = new.arguments.get("source", source)
        elif new.path.endswith(".SSLFeatures"):
            source = new.arguments[0] if new.arguments else source
        is_hub_id = isinstance(source, str) and HUB_ID.fullmatch(source)
        if source != {} and (not is_hub_id or Path(source).is_dir()):
            raise ValueError(
                f"{path}: source: expected an encoder of the hub, owner/name, "
                f"found {source!r:.80}, which is not a hub id or is a local "
                "folder; export the model with --bundle-encoder"
            )


def _check_values(hparams, path):
    """Raise ValueError for plain values out of range."""
    classes = hparams.get("classes")
    if "classes" in hparams and not (isinstance(classes, list) and classes):
        raise _no_value(path, "classes", "a list of names", classes)
    if hparams.get("task", CLASSES) not in (CLASSES, RATED):
        wanted = f"{CLASSES} or {RATED}"
        raise _no_value(path, "task", wanted, hparams["task"])
    by = hparams.get("normalise_by", MODES[0])
    if by not in MODES:
        raise _no_value(path, "normalise_by", " or ".join(MODES), by)
    low, high = TEMPERATURES
    temperature = hparams.get("temperature", 1.0)
    if not (_is_number(temperature) and low <= temperature <= high):
        wanted = f"a number of {low:g}-{high:g}"
        raise _no_value(path, "temperature", wanted, temperature)
    channel = hparams.get("audio_normalizer")
    if not isinstance(channel, OneChannel):
        raise _no_value(path, "audio_normalizer", OneChannel.__name__, channel)
    low, high = RATES_HZ
    rate_hz = channel.sample_rate_hz
    if not (isinstance(rate_hz, int) and low <= rate_hz <= high):
        wanted = f"{low:,}-{high:,} Hz"
        raise _no_value(path, "sample_rate_hz", wanted, rate_hz)
    _check(hparams.get("modules"), STAGES, path)
    recogniser = hparams["modules"]["embedding_model"]
    own_hz = getattr(recogniser.extractor, "sample_rate_hz", rate_hz)
    if rate_hz != own_hz:
        wanted = f"{own_hz} as of the extractor"
        raise _no_value(path, "sample_rate_hz", wanted, rate_hz)
    longest_s = recogniser.longest_s
    if longest_s is not None and not (
        _is_number(longest_s) and 0.1 <= longest_s < float("inf")
    ):
        raise _no_value(path, "longest_s", "0.1 or more", longest_s)


def _is_number(value):
    return isinstance(value, Real) and not isinstance(value, bool)


def _no_value(path, key, wanted, found):
    return ValueError(
        f"{path}: {key}: expected {wanted}, got {found!r:.80}; export the model "
        "again"
    )


def _files(hparams, path):
    """List the needed files: name, loading function and module."""
    _check(hparams.get("modules"), STAGES, path)
    recogniser = hparams["modules"]["embedding_model"]
    parts = {name: getattr(recogniser, name) for name in LEARNERS}
    _check(parts, LEARNERS, path)
    if parts["extractor"].is_frozen:
        del parts["extractor"]
    if not parts["normaliser"].state_dict():
        del parts["normaliser"]
    packed = [m for m in recogniser.modules() if isinstance(m, PackedEncoder)]
    return [
        *(("encoder", unpack, part) for part in packed),
        *((name, load_exactly, part) for name, part in parts.items()),
        ("label_encoder", load_labels, hparams.get("label_encoder")),
    ]


def _check(parts, kinds, path):
    """Raise ValueError unless the parts have exactly the expected types."""
    found = parts if isinstance(parts, dict) else {}
    names = ", ".join(f"{n}: {type(p).__name__}" for n, p in found.items())
    if found.keys() != kinds.keys() or not all(
        isinstance(found[name], kind) for name, kind in kinds.items()
    ):
        wanted = ", ".join(f"{n}: {k.__name__}" for n, k in kinds.items())
        raise ValueError(
            f"{path}: expected {wanted}, found {names or 'none'}; take a "
            "folder that train.py exported"
        )
