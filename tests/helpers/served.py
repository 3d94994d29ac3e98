"""Export models with random parameters and compute their probabilities."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import torch
from helpers import sounds, toy
from hyperpyyaml import load_hyperpyyaml, resolve_references
from speechbrain.utils.checkpoints import Checkpointer

from speechbrain_clser.data import audio, pipeline
from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.evaluation import predictions
from speechbrain_clser.features import loading
from speechbrain_clser.features.transcripts import load_transcripts
from speechbrain_clser.inference.export import export
from speechbrain_clser.inference.normaliser import as_stored
from speechbrain_clser.inference.select import Choice
from speechbrain_clser.training.brain import MethodBrain
from speechbrain_clser.training.phases import Phase
from speechbrain_clser.training.records import EpochRecords, EpochSelection
from speechbrain_clser.training.step import EncoderTraining, TrainingConfig

YAMLS = sorted(path.stem for path in toy.RECIPE.glob("hparams/*.yaml"))
DATA = {
    "parts": {
        "train": {"speakers": 2, "minutes": 0.1, "origins": ["north:deu"]},
        "valid": {"origins": ["north:deu"]},
    },
    "corpora": [
        {
            "name": "north",
            "title": "Corpus of the north",
            "elicitation": "acted",
        }
    ],
}
SECONDS = (0.3, 1.7, 0.9, 1.1, 0.6, 0.31)


@dataclasses.dataclass
class Served:
    """A model folder and the probabilities of its training code.

    Arguments
    ---------
    folder : Path
        Model folder; the run folder is its sibling.
    files : list of str
        Recordings of different lengths.
    probabilities : torch.Tensor, (files, classes)
        Probabilities computed by the training code.
    """

    folder: Path
    files: list
    probabilities: torch.Tensor


def make(folder, yaml="source_only", pack=False, rows=None, **overrides):
    """Export a model with random parameters in the same way as training.

    Arguments
    ---------
    folder : Path
        Empty or new.
    yaml : str
        Stem of a YAML of the recipe.
    pack : bool
        As for ``export``.
    rows : list of Utterance, optional
        Training utterances; by default ``utterances``.
    **overrides
        Overrides of the YAML.

    Returns
    -------
    Served
        Model of one training with seed 1.
    """
    overrides = {
        **({} if yaml == "linear" else {"dim": 8}),
        "output_folder": str(folder / "run"),
        "cache_folder": str(folder / "cache"),
        **overrides,
    }
    with open(toy.RECIPE / f"hparams/{yaml}.yaml", encoding="utf-8") as file:
        text = resolve_references(file, overrides).getvalue()
    hparams = load_hyperpyyaml(text)
    training = folder / "run" / "seed_1"
    training.mkdir(parents=True)
    (training / "hyperparams.yaml").write_text(text, encoding="utf-8")

    rows, scheme = rows or utterances(folder), hparams["scheme"]
    how = folder / "cache", _Material(rows), rows, hparams["normalise_by"]
    extractor, sound = hparams["extractor"], {}
    if not extractor.is_frozen:
        sound["wavs"] = loading.load_features(extractor, *how)
    if extractor.has_frozen_part:
        sound["frames"] = loading.load_features(extractor.frozen_copy(), *how)
    if extractor.text is not None:
        sound["text"] = [load_transcripts(extractor.text, how[0], rows, {})]
    brain = _brain(hparams, training, sound)
    data = pipeline.dataset(rows, sound)
    _, probabilities, _ = brain.predict(data, {"batch_size": 4})
    _write(training, rows, scheme, probabilities)
    Checkpointer(training / "save" / "train", brain.trained).save_checkpoint(
        meta={"epoch": 1}
    )
    export(
        Choice(training, 0, 1, "How it was chosen."),
        folder / "model",
        extractor,
        sound,
        rows,
        pack,
    )
    files = [row.wav for row in rows]
    return Served(folder / "model", files, probabilities)


def utterances(folder):
    """Generate rows with voices in noise of different lengths."""
    rows = []
    for number, seconds in enumerate(SECONDS):
        n_samples = round(seconds * 16000)
        swell = 1.1 + np.sin(np.arange(n_samples) / 2000)
        wav = sounds.write(
            folder / f"{number}.wav",
            0.3
            * swell[:, None]
            * (
                0.3 * sounds.noise(number, n_samples)
                + sounds.voice(n_samples, 120 + 20 * number)[:, None]
            ),
        )
        duration_s, digest, *_ = audio.check(wav)
        rows.append(
            Utterance(
                id=str(number),
                wav=str(wav),
                raw_emotion="",
                speaker=f"speaker {number % 2}",
                language="deu",
                corpus="north",
                emotion=("anger", "neutral")[number % 2],
                duration_s=duration_s,
                digest=digest,
            )
        )
    return rows


def tones(folder, n=60, emotions=("anger", "happiness", "neutral", "sadness")):
    """Generate rows of all classes that differ in pitch, for adaptation."""
    rows, folder = [], Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(n):
        n_samples = 4800 + 160 * (number % 7)
        phase = np.arange(n_samples) / 16000 * 2 * np.pi
        pitch_hz = 110 * 2 ** (number * 5 % 31 / 6)
        swell = 1.1 + np.sin(phase * (1 + number % 4))
        tone = np.sin(pitch_hz * phase)[:, None] * swell[:, None]
        noise = sounds.noise(number, n_samples)
        share = number % 5 / 5
        wav = sounds.write(
            folder / f"tone_{number}.wav",
            0.3 * (share * noise + (1 - share) * tone),
        )
        duration_s, digest, *_ = audio.check(wav)
        rows.append(
            Utterance(
                id=f"tone_{number}",
                wav=str(wav),
                raw_emotion="",
                speaker=f"speaker {number % 3}",
                language="deu",
                corpus="north",
                emotion=emotions[number % len(emotions)],
                duration_s=duration_s,
                digest=digest,
            )
        )
    return rows


class _Material:
    """Prepared data with training rows only."""

    def __init__(self, rows):
        self.rows, self.parts = rows, self
        self.train = rows


def _brain(hparams, training, sound):
    """Build a Brain with perturbed parameters."""
    method, extractor = hparams["method"], hparams["extractor"]
    method.setup([0, 0], ["a"])
    extractor = None if extractor.is_frozen else extractor
    torch.manual_seed(2)
    learned = [*method.parameters()]
    learned += [b for n, b in method.named_buffers() if "prototypes" in n]
    if extractor:
        learned += [p for p in extractor.parameters() if p.requires_grad]
    with torch.no_grad():
        for values in learned:
            values.add_(0.2 * torch.randn(values.shape))
    brain = MethodBrain(
        method,
        Phase("train", "train", 1),
        # No training steps, so no schedule.
        TrainingConfig(hparams["loss_weights"], hparams["scheme"], 1, None),
        EpochSelection("last"),
        EpochRecords(training / "epochs.jsonl", "train"),
        EncoderTraining(extractor, as_stored(sound)),
        run_opts={"device": "cpu", "noprogressbar": True},
    )
    return brain


def _write(training, rows, scheme, probabilities):
    """Write the files of a training that the export reads."""
    lines = [
        {
            **{key: getattr(row, key) for key in predictions.TEXTS},
            "target": row.emotion,
            "predicted": scheme.classes[max(range(len(p)), key=p.__getitem__)],
            **{f"p_{n}": v for n, v in zip(scheme.classes, p, strict=True)},
        }
        for row, p in zip(rows, probabilities.tolist(), strict=True)
    ]
    predictions.write(training / "predictions" / "source_valid.csv", lines)
    for path, values in {
        training / "selected.json": {
            **{"rule": "last", "phase": "train", "epoch": 1},
            "source_valid_uar": 0.5,
        },
        training.parent / "ledger.json": {
            "sentence": "no target labels",
            **{"target_labels": 0, "target_audio": "none"},
        },
        training.parent / "protocol.json": {"name": "toy", "digest": "0a1b"},
        training.parent / "data.json": DATA,
        training.parent / "environment.json": {
            "packages": {"speechbrain-clser": "0.1.0"},
            "commit": f"{'0a' * 20}-dirty",
        },
    }.items():
        path.write_text(json.dumps(values), encoding="utf-8")
