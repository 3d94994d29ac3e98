import pytest
import torch

from speechbrain_clser.features.speed import at_speed


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
