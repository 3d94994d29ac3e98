"""Define a small method and learnable data for fast training."""

import dataclasses

import torch
from helpers.rows import EMOTIONS, rows_of

from speechbrain_clser.data.pipeline import Codes, dataset
from speechbrain_clser.lobes.conv_transformer import ConvTransformer
from speechbrain_clser.lobes.pooling import MeanStdPooling
from speechbrain_clser.methods.source_only import SourceOnly
from speechbrain_clser.tasks import Classes
from speechbrain_clser.training.records import EpochSelection
from speechbrain_clser.training.step import EncoderTraining, TrainingConfig

SCHEME = Classes(EMOTIONS)
DIM = 6
TRAIN = rows_of("a", "deu", n_speakers=4)
VALID = rows_of("b", "deu", n_speakers=2)
SCORED = rows_of("c", "urd", n_speakers=3)


def method_of(dim=DIM):
    """Build a source-only method with dropout, to test randomness."""
    torch.manual_seed(5)
    return SourceOnly(
        ConvTransformer(input_dim=dim, dim=8, n_conv=1, n_heads=2),
        MeanStdPooling(8),
        torch.nn.Linear(16, len(SCHEME)),
    )


def frames_of(rows, dim=DIM, noise=0.3):
    """Generate frames of different lengths; the first columns code the emotion."""
    generator = torch.Generator().manual_seed(7)
    frames = {}
    for number, row in enumerate(rows):
        values = noise * torch.randn(5 + number % 4, dim, generator=generator)
        values[:, SCHEME.index(row.emotion)] += 2.0
        frames[row.id] = values
    return frames


def datasets(with_samples=False):
    """Build datasets of all parts for ``run_phases`` and ``score``.

    Samples are the flattened frames.
    """

    def sound(rows):
        frames = frames_of(rows)
        samples = {name: values.flatten() for name, values in frames.items()}
        others = {"wavs": [samples]} if with_samples else {}
        return {"frames": [frames], **others}

    codes = Codes(SCHEME, TRAIN)
    return {
        "train": dataset(TRAIN, sound(TRAIN), codes),
        "valid": dataset(VALID, sound(VALID), codes),
        "test": dataset(SCORED, sound(SCORED)),
    }


def options_of(**values):
    """Group options of ``MethodBrain`` in its configs."""
    kinds = {
        "config": TrainingConfig,
        "selection": EpochSelection,
        "encoder": EncoderTraining,
    }
    for name, kind in kinds.items():
        fields = [field.name for field in dataclasses.fields(kind)]
        given = {key: values.pop(key) for key in fields if key in values}
        values[name] = kind(**given)
    return values
