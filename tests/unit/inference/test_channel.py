import numpy as np
import pytest
import torch
from helpers import sounds

from speechbrain_clser.data.audio import load
from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.inference.channel import OneChannel


def test_signal_is_converted_like_its_file(tmp_path):
    samples = sounds.noise(1, 4800, 2).astype(np.float32)
    wav = sounds.write(tmp_path / "a.wav", samples, 48000, subtype="FLOAT")
    for signal in (samples, torch.from_numpy(samples)):
        assert OneChannel(16000)(signal, 48000).equal(load(wav))


def test_mono_signal_needs_no_channel_axis():
    wav = torch.randn(1600)
    assert OneChannel(16000)(wav, 16000).equal(wav)


@pytest.mark.parametrize("shape", [(1, 16000), (2, 800), (), (4, 4, 4)])
def test_signal_of_another_shape_is_refused(shape):
    with pytest.raises(ValueError, match=r"got \(.*\); transpose the"):
        OneChannel(16000)(np.ones(shape), 16000)


@pytest.mark.parametrize(
    "signal, rate_hz, reason",
    [
        (np.zeros(0), 16000, "empty"),
        (np.zeros((0, 1)), 16000, "empty"),
        (np.zeros(16000), 16000, "silent"),
        (torch.full((800, 2), torch.nan), 16000, "nan"),
        (np.full(800, 1e30), 16000, "loud"),
        (np.ones(800), 7, "rate"),
        (sounds.noise(0, 480), 16000, "short"),
        (sounds.noise(0, 1600) * [1, -1], 16000, "antiphase"),
    ],
)
def test_signal_is_refused_like_its_file(signal, rate_hz, reason):
    with pytest.raises(BadAudioError, match="signal: expected") as caught:
        OneChannel(16000)(signal, rate_hz)
    assert caught.value.reason == reason
