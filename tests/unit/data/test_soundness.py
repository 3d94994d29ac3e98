import re

import numpy as np
import pytest
from helpers import sounds

from speechbrain_clser.data.profile import profile_of
from speechbrain_clser.data.soundness import peak, refuse_short_or_silent
from speechbrain_clser.errors import BadAudioError


def refused(samples, reason, match, rate_hz=16000):
    """Check the reason and the message of an error."""
    with pytest.raises(BadAudioError, match=match) as caught:
        profile_of("a.wav", samples, rate_hz).refuse_unusable()
    assert caught.value.reason == reason
    assert str(caught.value).startswith("a.wav: expected")


def test_peak_of_no_samples_is_zero():
    assert peak("a.wav", np.empty((0, 2))) == 0


@pytest.mark.parametrize("n_samples", [0, 399])
def test_too_few_samples_raise_empty(n_samples):
    samples = sounds.noise(0, n_samples)
    refused(samples, "empty", f"at least 0.025 s .*found {n_samples} samples")


def test_one_window_is_enough():
    refuse_short_or_silent("a.wav", 400, 16000, 0.1)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_non_finite_samples_raise(bad):
    samples = sounds.noise(0)
    samples[[3, 700]] = bad
    refused(samples, "nan", "found 2 that are NaN or infinite")


@pytest.mark.parametrize("height", [0.0, 5e-5])
def test_silence_raises(height):
    samples = np.full((800, 1), height)
    refused(samples, "silent", re.escape(f"a peak of {height:.1e} in 0.05 s"))


@pytest.mark.parametrize("rate_hz", [7, 999, 768_001])
def test_implausible_rate_raises(rate_hz):
    match = f"found {rate_hz:,}; correct its header"
    refused(sounds.noise(0, 40000), "rate", match, rate_hz)


def test_excessive_peak_raises():
    samples = sounds.noise(0)
    samples[400] = -3e30
    refused(samples, "loud", r"found a peak of 3\.0e\+30; the file is damaged")


def test_unscaled_samples_pass():
    assert peak("a.wav", 32768 * sounds.noise(0)) > 3000


def test_soft_recording_passes():
    refuse_short_or_silent("a.wav", 800, 16000, 2e-4)
