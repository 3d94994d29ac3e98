"""From a run to a folder that others load: its best training, ready to serve.

The folder holds data alone, and no path of this machine:

hyperparams.yaml
    What is built, in plain values.
method.ckpt
    Parameters, without what only training needs.
normaliser.ckpt
    Statistics of the sources, unless all there is of an encoder was trained.
extractor.ckpt
    What was trained of an encoder, such as LoRA.
encoder.ckpt
    The published rest of the encoder, if it was packed.
label_encoder.ckpt
    Names of the classes.
training.json
    Which training of its run it is.
adaptation.safetensors
    Summary of the labelled sources; see ``inference.source_summary``. Left out
    where there can be none, as of a trained encoder.
README.md
    What it is, how to load it, results and limits.
results.json
    The score that the page of ``clser demo`` shows. It and the results of
    README.md are added when the report is computed; see
    ``publish.model_results``.
"""

import json
import logging
import pydoc
from pathlib import Path

import torch
from speechbrain.dataio.encoder import CategoricalEncoder
from speechbrain.utils.checkpoints import Checkpointer

from speechbrain_clser import __version__
from speechbrain_clser.deprecation import current_yaml
from speechbrain_clser.evaluation import predictions
from speechbrain_clser.evaluation.calibration import fit_temperature
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

logger = logging.getLogger(__name__)

HERE = "speechbrain_clser.inference"


def export(choice, model, extractor, sound, train_rows, pack=False):
    """Make a model folder of a training.

    Arguments
    ---------
    choice : Choice
        The training.
    model : str or Path
        Folder to make; another model in it is replaced when all is written.
    extractor : Extractor
        That the training heard through.
    sound : dict
        As ``pipeline.dataset`` had it: ``"frames"`` are ``Normalised``, of
        which the model takes the statistics, ``"wavs"`` are ``LazyWaveforms``.
    train_rows : list of Utterance
        Of the sources; their statistics are the model's.
    pack : bool
        Whether the weights of a pretrained encoder go into the folder. Those of
        a folder of one's own always do, since nobody else has it.

    Raises
    ------
    ValueError
        If there is something else in ``model``, or the method hears more than
        frames, which no file alone can give.
    """
    with new_folder(model) as partial:
        _write(choice, partial, extractor, sound, train_rows, pack)
    logger.info("model: %s", Path(model).resolve())


def _write(choice, folder, extractor, sound, train_rows, pack):
    """All files of a model into a folder."""
    training = choice.folder
    path = training / "hyperparams.yaml"
    text = current_yaml(path.read_text(encoding="utf-8"), path)
    by = blueprint.read(text, "normalise_by", {})
    scheme = blueprint.build(blueprint.read(text, "scheme", {}))
    valid = predictions.read(training / "predictions" / "source_valid.csv")
    temperature = fit_temperature(valid.probabilities, valid.target)
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
        "classes": list(valid.classes),
        "temperature": round(temperature, 4),
        "normalise_by": by,
        **_serving(parts, extractor, sound, len(valid.classes), folder),
    }
    (folder / "hyperparams.yaml").write_text(
        blueprint.dump(values, comment), encoding="utf-8"
    )
    adapting = source_summary.write(
        folder, extractor, sound, train_rows, scheme
    )
    (folder / "README.md").write_text(
        readme.readme(training, values, choice.sentence, adapting),
        encoding="utf-8",
    )
    (folder / FILE).write_text(
        json.dumps(choice.origin(), indent=1) + "\n", encoding="utf-8"
    )


def _selected(training):
    """Parameter files of the epoch that the training chose, by name."""
    path = training / "selected.json"
    chosen = json.loads(path.read_text(encoding="utf-8"))
    kept = Checkpointer(training / "save" / chosen["phase"]).find_checkpoint(
        # One that a kill cut short may have no meta.
        ckpt_predicate=lambda c: (c.meta or {}).get("epoch") == chosen["epoch"]
    )
    return kept.paramfiles


def _extractor(extractor, folder, saved, pack):
    """Blueprints of the extractor, and of the encoder if it is packed."""
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
    """The one part of an extractor that was published by others, or None."""
    found = [m for m in extractor.modules() if hasattr(m, "source")]
    return found[0] if found else None


def _normaliser(extractor, sound, train_rows, by, folder):
    """Blueprint of what stood between extractor and method."""
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
    """Blueprint of the method, without what only training needs."""
    method = blueprint.read(text, "method", {"extractor": extractor})
    kind = pydoc.locate(method.path)
    if kind.INPUTS != {"frames"}:
        raise ValueError(
            f"{method.path} hears {', '.join(sorted(kind.INPUTS))}; expected "
            "frames alone, put other streams beside them in the extractor"
        )
    left = {
        name: None if name in kind.TRAINING_ONLY else value
        for name, value in method.arguments.items()
    }
    state = load_tensors(saved["method"])
    state = {
        name: values
        for name, values in state.items()
        if name.split(".")[0] not in kind.TRAINING_ONLY
    }
    torch.save(state, folder / "method.ckpt")
    return {"method": New(method.path, left)}


def _save_labels(classes, folder):
    encoder = CategoricalEncoder()
    encoder.update_from_iterable(classes, sequence_input=False)
    encoder.save(folder / "label_encoder.ckpt")


def _serving(parts, extractor, sound, n_classes, folder):
    """What EncoderClassifier calls, and what it loads, in this order."""
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
                f"{stages}.LogPosterior", {"n_classes": n_classes}
            ),
        },
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
