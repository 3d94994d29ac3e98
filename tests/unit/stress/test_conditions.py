import math

import numpy as np
import pytest
import soundfile
import torch
from helpers import sounds

from speechbrain_clser.stress import conditions as module
from speechbrain_clser.stress.conditions import Recording, conditions

RATE_HZ = 16000
ALL = {one.name: one for one in conditions()}


def given(wav=None):
    """Build an utterance; babble is a constant."""
    if wav is None:
        wav = torch.from_numpy(sounds.voice(RATE_HZ)).float()
    rng = np.random.default_rng(0)
    return Recording(wav, RATE_HZ, rng, lambda n: torch.full((n,), 3.0))


def tone(hz, seconds=1.0):
    time_s = torch.arange(round(seconds * RATE_HZ)) / RATE_HZ
    return torch.sin(2 * math.pi * hz * time_s)


def level_db(after, before):
    """Return the level of the middle of a signal, relative to another."""
    middle = slice(4000, 12000)
    ratio = after[middle].square().mean() / before[middle].square().mean()
    return 10 * math.log10(ratio)


@pytest.mark.parametrize("name", [n for n, c in ALL.items() if not c.missing])
def test_condition_returns_finite_samples_of_known_length(name):
    voice = given().wav
    changed = ALL[name].apply(given())
    assert changed.ndim == 1 and changed.isfinite().all()
    n_expected = {"10 % faster": 1 / 1.1, "10 % slower": 1 / 0.9}.get(name, 1)
    n_expected += 2 * ("silence" in name)
    assert len(changed) == pytest.approx(n_expected * len(voice), abs=20)
    assert (name == "clean") == (
        len(changed) == len(voice) and torch.equal(changed, voice)
    )
    again = ALL[name].apply(given())
    assert torch.equal(changed, again)


@pytest.mark.parametrize("level", [20, 10, 0])
@pytest.mark.parametrize("noise", ["white noise", "pink noise", "babble"])
def test_noise_has_the_given_ratio(noise, level):
    voice = given().wav
    added = ALL[f"{noise}, {level} dB"].apply(given()) - voice
    ratio = voice.square().sum() / added.square().sum()
    assert 10 * math.log10(ratio) == pytest.approx(level, abs=0.01)


@pytest.mark.parametrize(
    "name, hz, low_db, high_db",
    [
        ("telephone band, 300-3400 Hz", 1000, -1, 1),
        ("telephone band, 300-3400 Hz", 100, -99, -40),
        ("telephone band, 300-3400 Hz", 6800, -99, -30),
        ("8 kHz", 1000, -1, 1),
        ("8 kHz", 6000, -999, -40),
        ("mu-law, 8 kHz", 1000, -1, 1),
        ("20 dB quieter", 1000, -20.01, -19.99),
        ("microphone, +3 dB an octave", 4000, 5.9, 6.1),
        ("microphone, -3 dB an octave", 4000, -6.1, -5.9),
        ("microphone, -3 dB an octave", 500, 2.9, 3.1),
    ],
)
def test_tone_has_the_expected_level(name, hz, low_db, high_db):
    before = 0.5 * tone(hz)
    change_db = level_db(ALL[name].apply(given(before)), before)
    assert low_db < change_db < high_db


def test_clipping_limits_relative_to_the_peak_and_restores_it():
    changed = ALL["clipped at -20 dB of the peak"].apply(given(0.5 * tone(100)))
    assert changed.abs().max() == pytest.approx(0.5, abs=1e-3)
    # A sine is above a tenth of its peak for 94 % of the time.
    share = (changed.abs() > 0.499).float().mean()
    assert share == pytest.approx(1 - 2 / math.pi * math.asin(0.1), abs=0.01)


def test_room_keeps_the_direct_sound_and_adds_equal_energy():
    impulse = torch.zeros(RATE_HZ)
    impulse[0] = 1.0
    response = ALL["room, reverberation time 0.3 s"].apply(given(impulse))
    assert response[0] == pytest.approx(1.0, abs=1e-5)
    assert response[1:80].abs().max() < 1e-5  # 5 ms
    assert response[80:].square().sum() == pytest.approx(1.0, abs=1e-3)
    late, early = response[2400:4800], response[80:2400]
    # Within half of the reverberation time the level falls by 30 dB.
    assert level_of(late) - level_of(early) == pytest.approx(-30, abs=3)


def level_of(samples):
    return 10 * math.log10(samples.square().sum())


def test_missing_codec_is_named(monkeypatch):
    monkeypatch.setattr(soundfile, "available_subtypes", lambda form: {})
    missing = {one.name: one.missing for one in conditions() if one.missing}
    assert [*missing] == ["GSM, 8 kHz", "Opus, 16 kbit/s", "Opus, 8 kbit/s"]
    assert "does not write GSM610" in missing["GSM, 8 kHz"]


def test_soundfile_without_bit_rates_is_named(monkeypatch):
    class Old(soundfile.SoundFile):
        def __init__(self, *args, format):
            super().__init__(*args, format=format)

    monkeypatch.setattr(soundfile, "SoundFile", Old)
    options = {"compression_level": 0.9}
    assert "install 0.13" in module._missing("OGG", "VORBIS", options)
    assert module._missing("WAV", "GSM610", {}) == ""


def test_bit_rate_is_that_of_libsndfile():
    assert module._level(256_000) == 0.0
    assert module._level(6_000) == 1.0
    assert module._level(16_000) == pytest.approx(0.96)
