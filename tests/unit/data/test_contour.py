"""Tests for loudness contours."""

import numpy as np
import pytest
from helpers import sounds

from speechbrain_clser.data.contour import contour, loudness


def test_shape_depends_on_length():
    levels = loudness(contour(np.float32(sounds.speech(1, 1)), 16000))
    n_samples = len(sounds.speech(1, 1))
    assert levels.shape == ((n_samples - 1024) // 512 + 1, 6)
    assert (levels.min(), levels.max()) == (0, 40)


@pytest.mark.parametrize("rate", [8000, 16000, 22050, 44100, 48000, 96000])
def test_tone_is_in_expected_band_at_every_rate(rate):
    tone = np.sin(2 * np.pi * 1000 * np.arange(rate) / rate)
    levels = loudness(contour(np.float32(tone), rate))
    assert set(levels.argmax(axis=1)) == {2}  # 700 to 1,200 Hz
    assert levels[:, 2].min() > 38 and levels[:, [0, 4, 5]].max() < 10


def test_channels_are_summed():
    samples = np.float32(sounds.speech(1, 1))
    both = np.stack([samples, samples], axis=1)
    assert contour(both, 16000) == contour(samples, 16000)


@pytest.mark.parametrize("rate", [1000, 2000, 4000])
def test_bands_above_nyquist_are_empty(rate):
    samples = np.float32(sounds.noise(1, rate))
    levels = loudness(contour(samples, rate))
    assert levels[:, 0].max() > 30 and not levels[:, 5].any()


@pytest.mark.parametrize("samples", [np.zeros(16000), np.ones(500), []])
def test_silence_and_short_recordings_have_no_contour(samples):
    assert contour(np.float32(samples), 16000) == ""
    assert loudness("").shape == (0, 6)
