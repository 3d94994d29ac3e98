import shlex

import numpy as np
import pytest
from helpers import sounds

from speechbrain_clser.data.profile import Profile, profile_of
from speechbrain_clser.errors import BadAudioError

RATE_HZ = 16000


def speech(seed, seconds=2.0):
    """Noise modulated at 4 Hz, (samples,)."""
    n_samples = round(seconds * RATE_HZ)
    phase = np.arange(n_samples) / RATE_HZ * 2 * np.pi * 4
    return sounds.noise(seed, n_samples)[:, 0] * np.sin(phase + seed) ** 4


def silence(seconds=2.0):
    """Silence of the same length as ``speech``."""
    return np.zeros(round(seconds * RATE_HZ))


def profile(*channels, name="my call.wav"):
    """Profile of channels."""
    return profile_of(name, np.stack(channels, axis=1), RATE_HZ)


@pytest.mark.parametrize(
    "make",
    [
        lambda a, b: (a, -a),
        lambda a, b: (a + 0.05, -a + 0.05),  # as of a recorder with an offset
        lambda a, b: (a, 0.01 * b - a),
        lambda a, b: (a, -0.7 * a),
        lambda a, b: (a, b, -a, -b),
    ],
)
def test_antiphase_channels_raise(make):
    with pytest.raises(BadAudioError, match="that cancel each") as caught:
        profile(*make(speech(0), speech(1))).refuse_unusable()
    assert caught.value.reason == "antiphase"
    command = str(caught.value).rpartition("use one of them: ")[2]
    assert shlex.split(command) == [
        *("ffmpeg", "-i", "my call.wav", "-af", "pan=mono|c0=c0"),
        "my call.channel0.wav",
    ]


@pytest.mark.parametrize(
    "make",
    [
        lambda a, b: (a, a),
        lambda a, b: (a, b),
        lambda a, b: (a, -0.3 * a),
        lambda a, b: (a, *[silence()] * 7),
        lambda a, b: (a,),
        lambda a, b: (silence() + 0.1, silence() - 0.1),
    ],
)
def test_in_phase_channels_pass(make):
    profile(*make(speech(0), speech(1))).refuse_unusable()


def test_one_channel_is_judged_alone_and_noted():
    left, noted = speech(0), []
    for others in (-left, speech(1), 1e-5 * left, np.full(32000, np.nan)):
        found = Profile("a.wav", RATE_HZ, "left")
        used = found.added(np.stack([left, others], axis=1))
        found.refuse_unusable()
        np.testing.assert_array_equal(used, left[:, None])
        noted.append(found.notes)
    assert noted == [("antiphase",), ("channels",), (), ()]
    right = Profile("a.wav", RATE_HZ, "right")
    right.add(np.stack([left, silence()], axis=1))
    with pytest.raises(BadAudioError, match="a.wav: expected sound"):
        right.refuse_unusable()


def test_antiphase_signal_in_memory_raises_with_python_hint():
    with pytest.raises(BadAudioError, match=r"signal: .*: signal\[:, 0\]"):
        profile(speech(0), -speech(0), name=None).refuse_unusable()


@pytest.mark.parametrize(
    "make, notes",
    [
        (lambda a, b: (a,), ()),
        (lambda a, b: (a, b), ("channels",)),
        (lambda a, b: (a, a + 0.1 * b), ()),
        (lambda a, b: (a, np.roll(a, 30)), ()),  # a microphone 60 cm away
        (lambda a, b: (a, 0.01 * b), ()),  # noise of an open input
        (lambda a, b: (a[:8000], b[:8000]), ()),  # too short to decide
        (lambda a, b: (0.003 * a,), ("quiet",)),
        (lambda a, b: (sounds.noise(0, 16000)[:, 0],), ("steady",)),
        (lambda a, b: (np.sin(np.arange(16000) / 9),), ("steady",)),
        (lambda a, b: (sounds.noise(0, 4800)[:, 0],), ()),
        (lambda a, b: (np.append(a, silence()),), ()),
    ],
)
def test_notes_list_suspicious_properties(make, notes):
    assert profile(*make(speech(0), speech(1))).notes == notes


def test_short_unrelated_speech_is_noted_in_most_pairs():
    n_noted = 0
    for k in range(40):
        pair = sounds.speech(k, 1), sounds.speech(1000 + k, 2)
        n_samples = min(32000, *map(len, pair))
        notes = profile(*(voice[:n_samples] for voice in pair)).notes
        n_noted += notes == ("channels",)
    assert n_noted >= 38


@pytest.mark.parametrize("delay_ms", [0, 10, 25])
def test_delay_gain_and_noise_are_no_unrelated_channels(delay_ms):
    for k in range(20):
        voice = sounds.speech(k, 1)[:24000]
        noise = 5 * voice.std() * sounds.noise(k, len(voice))[:, 0]
        other = 0.3 * (np.roll(voice, 16 * delay_ms) + noise)
        assert profile(voice, other).notes == ()


def test_blocks_are_like_the_whole():
    samples = np.stack([speech(0), speech(1)], axis=1)
    pieces = Profile("a.wav", RATE_HZ)
    for start in range(0, len(samples), 8000):
        pieces.add(samples[start : start + 8000])
    assert pieces.notes == ("channels",)
    assert (pieces.n_samples, pieces.peak) == (32000, np.abs(samples).max())


@pytest.mark.parametrize(
    "n_samples, reason", [(399, "empty"), (480, "short"), (1599, "short")]
)
def test_too_short_recording_raises(n_samples, reason):
    short = profile_of("a.wav", sounds.noise(0, n_samples), RATE_HZ)
    with pytest.raises(BadAudioError, match="expected at least") as caught:
        short.refuse_unusable(0.1)
    assert caught.value.reason == reason


def test_a_tenth_of_a_second_is_enough():
    profile_of("a.wav", sounds.noise(0, 1600), RATE_HZ).refuse_unusable(0.1)
