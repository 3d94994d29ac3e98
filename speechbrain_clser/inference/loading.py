"""A model folder in memory: built from its YAML, filled from its checkpoints.

Which file goes where is decided here, by what the parts are, and not by what the
YAML says of it: nothing that learned is left as it was drawn, and nothing is read
that lies elsewhere.
"""

import torch
from hyperpyyaml import load_hyperpyyaml

from speechbrain_clser.features.extractor import Extractor
from speechbrain_clser.inference import blueprint, safe_yaml
from speechbrain_clser.inference.packed import PackedEncoder, unpack
from speechbrain_clser.inference.stages import AsItIs, LogPosterior, Recogniser
from speechbrain_clser.inference.weights import load_exactly, load_labels
from speechbrain_clser.methods.base import Method

# Only the Recogniser has learned anything, by these of its parts.
STAGES = {
    "compute_features": torch.nn.Identity,
    "mean_var_norm": AsItIs,
    "embedding_model": Recogniser,
    "classifier": LogPosterior,
}
LEARNERS = {
    "extractor": Extractor,
    "normaliser": torch.nn.Module,
    "method": Method,
}
# All that is made of a file by somebody else.
WANTED = (
    *("modules", "audio_normalizer", "label_encoder"),
    *("classes", "temperature", "normalise_by"),
)


def load(folder, hparams_file, overrides=None, is_trusted=False) -> dict:
    """Load a model folder.

    Arguments
    ---------
    folder : Path
        Of the model.
    hparams_file : str
        In it.
    overrides : dict, optional
        Values to change in that file.
    is_trusted : bool
        Whether the YAML may call and name anything.

    Returns
    -------
    dict
        What ``EmotionClassifier`` takes as ``hparams``, its ``modules`` in it.

    Raises
    ------
    FileNotFoundError
        If a file is missing.
    ImportError
        If a part of a trusted model is not installed.
    KeyError
        If there is nothing to override by such a name.
    ValueError
        If the folder could run code, or its files do not fit together.
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
        values = safe_yaml.read(path.read_bytes(), path, overrides)
        hparams = _build(values, path)
    for name, fill, part in _files(hparams, path):
        file = folder / f"{name}.ckpt"
        if not file.is_file():
            raise FileNotFoundError(
                f"expected {file.name} in {folder}, found none; copy or "
                "download the whole folder"
            )
        fill(part, file)
    return hparams


def _build_anything(path, overrides):
    """All of a file, parts of anybody among it; its code is run."""
    try:
        return load_hyperpyyaml(path.read_text("utf-8"), overrides)
    except ImportError as error:
        raise ImportError(
            f"{path}: expected the parts that it names to be importable, found "
            f"{error}; install the package that holds them, or add its folder "
            "to PYTHONPATH"
        ) from error


def _build(values, path):
    """What is wanted of a file; parts complain in any way about arguments."""
    wanted = {name: values[name] for name in WANTED if name in values}
    try:
        return blueprint.build(wanted)
    except (
        *(ArithmeticError, AssertionError, AttributeError, ImportError),
        *(LookupError, RuntimeError, TypeError, ValueError),
    ) as error:
        raise ValueError(
            f"{path}: expected parts that can be built, found "
            f"{type(error).__name__}: {error}; take a folder that this version "
            "of speechbrain-clser exported"
        ) from error


def _files(hparams, path):
    """Name of each file that is needed, how it is loaded, and into what."""
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
    """Complain if parts are not just those that are expected."""
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
