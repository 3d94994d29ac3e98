"""Contract of all extractors, including all kinds of pretrained encoders."""

import copy
import dataclasses
import importlib
import pkgutil

import pytest
import torch
from helpers import encoders

from speechbrain_clser import features
from speechbrain_clser.features.acoustic import AcousticFeatures
from speechbrain_clser.features.ecapa import Ecapa
from speechbrain_clser.features.extractor import Extractor
from speechbrain_clser.features.mfcc import LogMel, Mfcc
from speechbrain_clser.features.prosody.both import Prosody
from speechbrain_clser.features.prosody.contours import ProsodyContours
from speechbrain_clser.features.prosody.measures import ProsodyMeasures
from speechbrain_clser.features.ssl import SSLConfig, SSLFeatures
from speechbrain_clser.features.statistics import LayerStatistics, Statistics
from speechbrain_clser.features.streams import Streams
from speechbrain_clser.features.style import Style

RATE_HZ = 16000
# Frames are of the order of 1, acoustic ones of 100.
TOLERANCE = {"atol": 2e-5, "rtol": 2e-5, "equal_nan": True}
LENGTHS = [25600, 16001, 9999, 4800, 700]

BUILDERS = {
    "acoustic": lambda folder: AcousticFeatures(),
    "statistics": lambda folder: Statistics(AcousticFeatures()),
    "style": lambda folder: Style(),
    "ecapa": lambda folder: Ecapa(encoders.make_ecapa(folder)),
    "contours": lambda folder: ProsodyContours(),
    "measures": lambda folder: ProsodyMeasures(),
    "prosody": lambda folder: Prosody(),
    "mfcc": lambda folder: Mfcc(),
    "log_mel": lambda folder: LogMel(),
    "layer_statistics": lambda folder: LayerStatistics(
        SSLFeatures(
            encoders.make(folder, "hubert_group"),
            SSLConfig(layers="0-3", layer_mix="learned"),
        ),
        [(0, 0), (1, 3)],
    ),
    "streams": lambda folder: Streams(
        encoder=SSLFeatures(encoders.make(folder, "hubert_group")),
        mfcc=Mfcc(),
        prosody=Prosody(),
        measures=ProsodyMeasures(),
    ),
}
for kind in encoders.KINDS:
    BUILDERS[kind] = lambda folder, kind=kind: SSLFeatures(
        encoders.make(folder, kind),
        SSLConfig(layers="0-3", layer_mix="learned"),
    )


@pytest.fixture(scope="module", params=BUILDERS)
def extractor(request, tmp_path_factory):
    """Return each extractor in training mode."""
    folder = tmp_path_factory.mktemp(request.param)
    return BUILDERS[request.param](folder).train()


@pytest.fixture
def wav():
    """Return noise of varying amplitude, so that all segments differ."""
    amplitude = torch.sin(torch.arange(LENGTHS[0]) / 3000) + 1.1
    return 0.1 * amplitude * torch.randn(LENGTHS[0])


def alone(extractor, wav):
    return extractor(wav[None], torch.ones(1))[0]


def same(one, two):
    """Return whether all numbers are identical, including NaN."""
    return torch.isclose(one, two, atol=0, rtol=0, equal_nan=True).all()


def test_all_extractors_have_a_builder(tmp_path):
    prefix = f"{features.__name__}."
    for module in pkgutil.walk_packages(features.__path__, prefix):
        importlib.import_module(module.name)
    found, todo = set(), [Extractor]
    while todo:
        todo += (subclasses := todo.pop().__subclasses__())
        found.update(s for s in subclasses if s.__module__.startswith(prefix))
    # Extractors that need the language, or transcripts, are not in this suite.
    found = {kind for kind in found if kind.is_shared}
    found = {kind for kind in found if kind.unit == Extractor.unit}
    built = {type(build(tmp_path / name)) for name, build in BUILDERS.items()}
    assert found == built, "give the new one a builder in BUILDERS"


def other(value):
    """Return a different value."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    return f"{value}, changed"


def test_key_changes_with_each_field_of_the_config(extractor):
    keys = {extractor.key}
    for field in dataclasses.fields(extractor.config):
        # Bypasses the checks of the config: only the key is tested.
        changed, config = copy.copy(extractor), copy.copy(extractor.config)
        value = getattr(config, field.name)
        object.__setattr__(config, field.name, other(value))
        changed.config = config
        keys.add(changed.key)
    assert len(keys) == 1 + len(dataclasses.fields(extractor.config))


def test_number_and_dimension_of_frames_are_as_declared(extractor, wav):
    for n_samples in (1, 320, 400, 401, 8000, LENGTHS[0]):
        frames = alone(extractor, wav[:n_samples])
        assert frames.shape == (extractor.n_frames(n_samples), extractor.dim)
    a_second = extractor.n_frames(100 * RATE_HZ) / 100
    assert a_second.item() == pytest.approx(extractor.frames_per_s, abs=0.05)
    assert extractor.dim % extractor.n_layers == 0
    assert extractor.sample_rate_hz == RATE_HZ


def test_frame_counts_of_a_batch_equal_single_counts(extractor):
    counted = extractor.n_frames(torch.tensor(LENGTHS))
    assert counted.dtype == torch.int64
    assert counted.tolist() == [extractor.n_frames(n).item() for n in LENGTHS]


def test_frames_do_not_depend_on_the_batch(extractor, wav):
    batch = 0.9 * torch.randn(len(LENGTHS), LENGTHS[0])
    for row, n_samples in zip(batch, LENGTHS, strict=True):
        row[:n_samples] = wav[:n_samples]
    frames = extractor(batch, torch.tensor(LENGTHS) / LENGTHS[0])
    assert frames.shape[1] == extractor.n_frames(LENGTHS[0])
    for row, n_samples in zip(frames, LENGTHS, strict=True):
        expected = alone(extractor, wav[:n_samples])
        torch.testing.assert_close(row[: len(expected)], expected, **TOLERANCE)
        assert not row[len(expected) :].any()


def test_frames_do_not_depend_on_padding(extractor, wav):
    wide = torch.nn.functional.pad(wav[None], (0, LENGTHS[0]))
    frames = extractor(wide, torch.tensor([0.5]))[0]
    expected = alone(extractor, wav)
    torch.testing.assert_close(frames[: len(expected)], expected, **TOLERANCE)


def test_frozen_extractor_is_deterministic_in_training_mode(extractor, wav):
    assert extractor.is_frozen
    assert not any(module.training for module in extractor.modules())
    assert same(alone(extractor, wav), alone(extractor, wav))


@pytest.mark.parametrize("loudness", [0.0, 1e-4, 1.0])
def test_a_tenth_of_a_second_gives_finite_frames(extractor, loudness):
    frames = alone(extractor, loudness * torch.randn(RATE_HZ // 10))
    assert len(frames) == extractor.n_frames(RATE_HZ // 10)
    if extractor.may_be_nan:
        frames = frames.nan_to_num(nan=0.0, posinf=torch.inf)
    assert frames.isfinite().all()


def test_frozen_extractor_ignores_autocast(extractor, wav):
    with torch.autocast("cpu", torch.bfloat16):
        frames = alone(extractor, wav)
    assert frames.dtype == torch.float32
    assert same(frames, alone(extractor, wav))
    assert not frames.requires_grad
