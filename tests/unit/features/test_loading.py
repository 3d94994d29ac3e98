import dataclasses
import types

import numpy as np
import pytest
import torch
from helpers import sounds
from helpers.rows import rows_of

from speechbrain_clser.features.encoders import extractor
from speechbrain_clser.features.loading import (
    LazyWaveforms,
    at_speed,
    load_features,
)


def tone(wav, sample_rate_hz):
    """One second of 100 Hz."""
    time_s = torch.arange(sample_rate_hz) / sample_rate_hz
    return torch.sin(2 * torch.pi * 100 * time_s)


@pytest.mark.parametrize("speed", [0.9, 1.1])
def test_faster_speech_is_shorter_and_higher(speed):
    wav = at_speed(tone, speed)("a.wav", 16000)
    assert wav.shape[0] == pytest.approx(16000 / speed, rel=0.01)
    peak = torch.fft.rfft(wav).abs().argmax().item() * 16000 / len(wav)
    assert peak == pytest.approx(100 * speed, abs=2)


def test_speed_one_returns_loader():
    assert at_speed(tone, 1.0) is tone


@pytest.mark.parametrize("speed", [0.905, 0.1, 3])
def test_invalid_speed_raises(speed):
    with pytest.raises(ValueError, match="whole percents between"):
        at_speed(tone, speed)


@pytest.fixture
def material(tmp_path):
    """Two speakers with existing recordings; the first is training data."""
    rows = []
    for number, row in enumerate(rows_of("a", "deu", 2, 1)):
        wav = tmp_path / f"{row.id}.wav"
        sounds.write(wav, 0.1 * sounds.noise(row.id, 3200))
        rows.append(
            dataclasses.replace(row, wav=str(wav), digest=f"{number:02x}")
        )
    parts = types.SimpleNamespace(train=rows[:4])
    return types.SimpleNamespace(rows=rows, parts=parts)


def test_first_view_has_all_rows_and_others_training_rows(material, tmp_path):
    training_rows = material.rows[:4]
    plain, fast = load_features(
        extractor("acoustic"), tmp_path, material, training_rows, "none", [1.25]
    )
    assert list(plain) == [row.id for row in material.rows]
    assert list(fast) == [row.id for row in training_rows]
    assert (
        len(plain[training_rows[0].id]) == 10
        and len(fast[training_rows[0].id]) == 8
    )


def test_statistics_are_of_training_rows_or_groups(material, tmp_path):
    def first_frames(by):
        (view,) = load_features(
            extractor("acoustic"), tmp_path, material, [], by
        )
        return torch.cat([view[row.id] for row in material.parts.train])

    mean = first_frames("none").mean(dim=0)
    torch.testing.assert_close(mean, torch.zeros_like(mean), atol=0.05, rtol=0)
    assert not first_frames("corpus").equal(first_frames("none"))


class Learner(torch.nn.Module):
    """Substitute for a trained encoder."""

    is_shared = True
    is_frozen = False
    sample_rate_hz = 16000


def test_trained_encoder_returns_samples(material, tmp_path):
    (view,) = load_features(Learner(), tmp_path, material, [], "none")
    assert view[material.rows[0].id].shape == (3200,)
    assert not list(tmp_path.glob("speed*"))


def test_trained_encoder_with_normalisation_raises(material, tmp_path):
    with pytest.raises(ValueError, match="normalise_by 'corpus' needs"):
        load_features(Learner(), tmp_path, material, [], "corpus")


def test_long_recording_is_truncated():
    (row,) = rows_of("a", "deu", 1, 1)[:1]
    samples = torch.from_numpy(np.arange(16000, dtype=np.float32))
    training_rows = LazyWaveforms(
        [row], lambda wav, rate: samples, 16000, longest_s=0.25
    )
    assert training_rows[row.id].equal(samples[:4000])
