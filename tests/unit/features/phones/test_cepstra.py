"""Tests for normalised cepstra."""

import numpy as np
import pytest
import torch

from speechbrain_clser.features.phones.cepstra import cepstra, distances


def speech(n_samples=16000):
    """Noise and a tone of changing frequency."""
    time_s = torch.arange(n_samples) / 16000
    tone = torch.sin(2 * torch.pi * (300 + 900 * time_s) * time_s)
    hiss = torch.randn(n_samples, generator=torch.Generator().manual_seed(1))
    return 0.3 * tone + 0.05 * hiss


def test_columns_have_mean_0_and_slopes_count_half():
    frames, _ = cepstra(speech())
    assert frames.mean(axis=0) == pytest.approx(np.zeros(22), abs=1e-6)
    assert frames.std(axis=0) == pytest.approx([1.0] * 11 + [0.5] * 11)


def test_cepstra_are_independent_of_loudness():
    frames, index = cepstra(speech())
    softer, softer_index = cepstra(0.01 * speech())
    assert np.abs(frames - softer).max() < 1e-3
    assert (index == softer_index).all()


def test_surrounding_silence_is_removed():
    silence = 1e-4 * torch.ones(8000)
    frames, index = cepstra(torch.cat([silence, speech(), silence]))
    assert 46 <= index[0] <= 50
    assert 150 <= index[-1] <= 154
    assert len(frames) == len(index) == index[-1] - index[0] + 1


@pytest.mark.parametrize("gap_s, is_pause", [(0.08, False), (0.4, True)])
def test_stop_closure_is_kept_and_pause_is_removed(gap_s, is_pause):
    gap = torch.zeros(int(16000 * gap_s))
    _, index = cepstra(torch.cat([speech(), gap, speech()]))
    assert (np.diff(index).max() > 1) == is_pause


@pytest.mark.parametrize("wav", [torch.zeros(4000), torch.ones(100)])
def test_non_speech_gives_finite_frames(wav):
    frames, index = cepstra(wav)
    assert len(frames) == len(index) > 0
    assert np.isfinite(frames).all()


def test_distances_are_0_to_2():
    frames = np.array([[1.0, 0.0], [-3.0, 0.0], [0.0, 0.0]])
    assert distances(frames, frames).tolist() == [
        [0.0, 2.0, 1.0],
        [2.0, 0.0, 1.0],
        [1.0, 1.0, 1.0],
    ]
