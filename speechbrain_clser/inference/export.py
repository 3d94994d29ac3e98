"""Export the selected training of a run as a model folder.

The folder contains data only and no local paths:

hyperparams.yaml
    Constructors with plain values.
method.ckpt
    Parameters of the method, without modules that only training uses.
normaliser.ckpt
    Statistics of the sources, unless the whole encoder was trained.
extractor.ckpt
    Trained parameters of the encoder, such as LoRA.
encoder.ckpt
    Pretrained parameters of the encoder, if they were bundled.
label_encoder.ckpt
    Names of the classes, or dimensions.
training.json
    Provenance: the training of the run that was exported.
adaptation.safetensors
    Summary of the labelled sources; see ``inference.source_summary``. Left out
    if it cannot be computed, for example with a trained encoder.
README.md
    Description, how to load the model, results and limits.
results.json
    The scores that ``clser app`` shows. This file and the results in README.md
    are added when the report is computed; see ``inference.model_results``.
"""

import json
import logging
import pydoc
from pathlib import Path

import torch
from speechbrain.dataio.encoder import CategoricalEncoder
from speechbrain.utils.checkpoints import Checkpointer

from speechbrain_clser import __version__
from speechbrain_clser.deprecation import current_yaml, pop_groups
from speechbrain_clser.evaluation.calibration import fit_temperature
from speechbrain_clser.evaluation.run_checks import read_predictions
from speechbrain_clser.features.normalisation import group_of
from speechbrain_clser.inference import blueprint, readme, source_summary
from speechbrain_clser.inference.blueprint import Name, New, Ref
from speechbrain_clser.inference.folders import new_folder
from speechbrain_clser.inference.normaliser import (
    LevelLayers,
    of_sources,
)
from speechbrain_clser.inference.select import FILE
from speechbrain_clser.inference.weights import load_tensors
from speechbrain_clser.methods.base import Method
from speechbrain_clser.tasks import RATED

logger = logging.getLogger(__name__)

HERE = "speechbrain_clser.inference"


def export(choice, model, extractor, sound, train_rows, pack=False):
    """Export a training as a model folder.

    Arguments
    ---------
    choice : Choice
        The training to export.
    model : str or Path
        Folder to create; a model in it is replaced when all files are written.
    extractor : Extractor
        Feature extractor of the training.
    sound : dict
        Inputs as for ``pipeline.dataset``: ``"frames"`` are ``Normalised`` and
        provide the statistics of the model, ``"wavs"`` are ``LazyWaveforms``.
    train_rows : list of Utterance
        Training utterances of the sources, for the statistics.
    pack : bool
        Whether to bundle the weights of a pretrained encoder from the hub. Those
        of a local encoder are always bundled.

    Raises
    ------
    ValueError
        If ``model`` contains something other than a model, the method needs other
        inputs, or its text encoder is a local folder.
    """
    if problem := no_export(extractor):
        raise ValueError(f"{choice.folder}: {problem}")
    with new_folder(model) as partial:
        _write(choice, partial, extractor, sound, train_rows, pack)
    logger.info("model: %s", Path(model).resolve())


def no_export(extractor) -> str:
    """Return why there can be no model folder; empty if there can.

    Example
    -------
    >>> from speechbrain_clser.features.encoders import extractor
    >>> no_export(extractor("acoustic"))
    ''
    """
    if not extractor.is_shared:
        return (
            "there is an encoder for each language, and the audio alone does not "
            "give the language"
        )
    if extractor.text is not None and Path(extractor.text.source).is_dir():
        return (
            f"the text encoder is the folder {extractor.text.source}, and a model "
            "folder does not bundle its weights; train with its hub id as "
            "--text_encoder"
        )
    return ""


def _write(choice, folder, extractor, sound, train_rows, pack):
    """Write all files of a model into a folder."""
    training = choice.folder
    path = training / "hyperparams.yaml"
    text = current_yaml(path.read_text(encoding="utf-8"), path)
    by = blueprint.read(text, "normalise_by", {})
    scheme = blueprint.build(blueprint.read(text, "scheme", {}))
    valid = read_predictions(training / "predictions" / "source_valid.csv")
    is_rated = scheme.name == RATED
    temperature = 1.0
    if not is_rated:
        target = valid.target if valid.votes is None else valid.votes
        temperature = fit_temperature(valid.probabilities, target)
    saved = _selected(training)
    parts = {
        **_extractor(extractor, folder, saved, pack),
        **_normaliser(extractor, sound, train_rows, by, folder),
        **_method(text, extractor, folder, saved),
    }
    _save_labels(valid.classes, folder)
    comment = (
        "A speech emotion recogniser, loaded by SpeechBrain's "
        f"EncoderClassifier;\nmade by speechbrain-clser {__version__}, see "
        "README.md."
    )
    values = {
        **({"task": RATED} if is_rated else {}),
        "classes": list(valid.classes),
        "temperature": round(temperature, 4),
        "normalise_by": by,
        **_serving(parts, extractor, sound, scheme, folder),
    }
    (folder / "hyperparams.yaml").write_text(
        blueprint.dump(values, comment), encoding="utf-8"
    )
    adapting = ""  # such models cannot be adapted
    if not is_rated and extractor.text is None:
        adapting = source_summary.write(
            folder, extractor, sound, train_rows, scheme
        )
    (folder / "README.md").write_text(
        readme.readme(training, values, choice.sentence, adapting),
        encoding="utf-8",
    )
    (folder / FILE).write_text(
        json.dumps(choice.provenance(), indent=1) + "\n", encoding="utf-8"
    )


def _selected(training):
    """Return the parameter files of the selected epoch, by name."""
    path = training / "selected.json"
    chosen = json.loads(path.read_text(encoding="utf-8"))
    kept = Checkpointer(training / "save" / chosen["phase"]).find_checkpoint(
        # An interrupted checkpoint may lack metadata.
        ckpt_predicate=lambda c: (c.meta or {}).get("epoch") == chosen["epoch"]
    )
    return kept.paramfiles


def _extractor(extractor, folder, saved, pack):
    """Return the blueprints of the extractor and of a bundled encoder."""
    packed, pretrained = {}, _pretrained(extractor)
    if pretrained and (pack or Path(pretrained.source).is_dir()):
        from speechbrain_clser.inference import packed as packing

        settings = packing.pack(pretrained, folder / "encoder.ckpt")
        config = blueprint.of(pretrained.config)
        packed["encoder"] = New(
            f"{HERE}.packed.PackedEncoder",
            {"settings": settings, "config": config},
        )
    if not extractor.is_frozen:
        torch.save(load_tensors(saved["extractor"]), folder / "extractor.ckpt")
    known = {pretrained: Ref("encoder")} if packed else {}
    return {**packed, "extractor": blueprint.of(extractor, known)}


def _pretrained(extractor):
    """Return the pretrained module of the audio of an extractor, or None."""
    found = [m for m in extractor.modules() if hasattr(m, "source")]
    return next((m for m in found if m is not extractor.text), None)


def _normaliser(extractor, sound, train_rows, by, folder):
    """Return the blueprint of the normaliser and save its statistics."""
    path = f"{HERE}.normaliser"
    if "frames" not in sound:
        arguments = {"n_layers": extractor.n_layers}
        return {"normaliser": New(f"{path}.{LevelLayers.__name__}", arguments)}
    groups = sorted({group_of(row, by) for row in train_rows})
    statistics = sound["frames"][0].statistics
    normaliser = of_sources([statistics[name] for name in groups])
    torch.save(normaliser.state_dict(), folder / "normaliser.ckpt")
    arguments = {"dim": extractor.dim}
    name = type(normaliser).__name__
    return {"normaliser": New(f"{path}.{name}", arguments)}


def _method(text, extractor, folder, saved):
    """Return the blueprint of the method and save its inference parameters."""
    method = blueprint.read(text, "method", {"extractor": extractor})
    method = _without_training_only(method)
    built = blueprint.build(method)
    given = {"frames"} if extractor.text is None else {"frames", "text"}
    if not built.INPUTS <= given:
        raise ValueError(
            f"{method.path}: expected a method with the inputs "
            f"{', '.join(sorted(given))}, found "
            f"the inputs {', '.join(sorted(built.INPUTS))}; compute the other "
            "streams in the extractor"
        )
    needed = built.for_inference().state_dict()
    state = load_tensors(saved["method"])
    state = {name: values for name, values in state.items() if name in needed}
    torch.save(state, folder / "method.ckpt")
    return {"method": method}


def _without_training_only(value):
    """Set modules of ``TRAINING_ONLY`` to None, also those of the methods in a method."""
    if isinstance(value, list):
        return [_without_training_only(one) for one in value]
    kind = pydoc.locate(value.path) if isinstance(value, New) else None
    if not (isinstance(kind, type) and issubclass(kind, Method)):
        return value
    arguments = {
        name: None
        if name in kind.TRAINING_ONLY
        else _without_training_only(one)
        for name, one in value.arguments.items()
    }
    # Of a run of version 0.1.
    groups = getattr(kind.__init__, "groups", {})
    for name, config, flat in pop_groups(groups, arguments):
        package = value.path.rpartition(".")[0]
        arguments[name] = New(f"{package}.{config.__name__}", flat)
    return New(value.path, arguments)


def _save_labels(classes, folder):
    encoder = CategoricalEncoder()
    encoder.update_from_iterable(classes, sequence_input=False)
    encoder.save(folder / "label_encoder.ckpt")


def _serving(parts, extractor, sound, scheme, folder):
    """Return the modules and the pretrainer of EncoderClassifier."""
    hooks = {"encoder": "packed.unpack", "label_encoder": "weights.load_labels"}
    loaded = [
        name
        for name in (*parts, "label_encoder")
        if (folder / f"{name}.ckpt").exists()
    ]
    stages = f"{HERE}.stages"
    return {
        **parts,
        "recogniser": New(
            f"{stages}.EmotionEncoder",
            {
                "extractor": Ref("extractor"),
                "normaliser": Ref("normaliser"),
                "method": Ref("method"),
                "longest_s": sound["wavs"][0].longest / extractor.sample_rate_hz
                if "wavs" in sound
                else None,
            },
        ),
        "modules": {
            "compute_features": New("torch.nn.Identity"),
            "mean_var_norm": New(f"{stages}.NoNormalization"),
            "embedding_model": Ref("recogniser"),
            "classifier": New(
                f"{stages}.{'LogPosterior' if scheme.classes else 'Values'}",
                {"n_classes": len(scheme)},
            ),
        },
        "mean_var_norm_emb": New(f"{stages}.NoEmbeddingNormalization"),
        "audio_normalizer": New(
            f"{HERE}.channel.OneChannel",
            {"sample_rate_hz": extractor.sample_rate_hz},
        ),
        "label_encoder": New("speechbrain.dataio.encoder.CategoricalEncoder"),
        "pretrainer": New(
            "speechbrain.utils.parameter_transfer.Pretrainer",
            {
                "loadables": {name: Ref(name) for name in loaded},
                "custom_hooks": {
                    name: Name(
                        f"{HERE}.{hooks.get(name, 'weights.load_exactly')}"
                    )
                    for name in loaded
                },
            },
        ),
    }
