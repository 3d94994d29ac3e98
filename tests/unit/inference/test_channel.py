import numpy as np
import torch
from helpers import sounds

from speechbrain_clser.data.audio import load
from speechbrain_clser.inference.channel import OneChannel


def test_signal_is_heard_as_a_file_of_it_would_be(tmp_path):
    samples = sounds.noise(1, 4800, 2).astype(np.float32)
    wav = sounds.write(tmp_path / "a.wav", samples, 48000, subtype="FLOAT")
    for signal in (samples, torch.from_numpy(samples)):
        assert OneChannel(16000)(signal, 48000).equal(load(wav))


def test_one_channel_may_come_without_an_axis_of_channels():
    wav = torch.randn(800)
    assert OneChannel(16000)(wav, 16000).equal(wav)
