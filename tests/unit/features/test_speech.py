import numpy as np
import pytest
import torch
from helpers import sounds

from speechbrain_clser.features.speech import SpeechDetector

DETECTOR = SpeechDetector(16000)
TIME_S = np.arange(32000) / 16000


def seconds(samples):
    """Return the seconds of speech in a signal, (samples,)."""
    wav = torch.from_numpy(np.asarray(samples)).float()[None]
    return DETECTOR.seconds(wav, torch.ones(1)).item()


@pytest.mark.parametrize("level", [1.0, 1e-3])
def test_voice_is_detected_where_it_is(level):
    samples = 1e-3 * sounds.noise(0, 32000)[:, 0]
    samples[8000:16000] += sounds.voice(8000)
    wav = torch.from_numpy(level * samples).float()[None]
    [found] = DETECTOR(wav, torch.ones(1))
    times = found.nonzero().ravel() * 0.02
    assert times.min() == pytest.approx(0.5, abs=0.04)
    assert times.max() == pytest.approx(1.0, abs=0.04)
    assert found.sum() * 0.02 == pytest.approx(0.5, abs=0.06)


@pytest.mark.parametrize("level_db", [20, 5])
def test_voice_in_noise_is_detected(level_db):
    voice, noise = sounds.voice(32000), sounds.noise(0, 32000)[:, 0]
    noise *= voice.std() / noise.std() * 10 ** (-level_db / 20)
    assert seconds(voice + noise) > 1.0


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(32000),
        sounds.noise(0, 32000)[:, 0],
        np.cumsum(sounds.noise(1, 32000)[:, 0]),  # brown
        sum(np.sin(100 * np.pi * k * TIME_S) / k for k in range(1, 20)),
        np.sin(2 * np.pi * 425 * TIME_S),
        np.sin(2 * np.pi * 770 * TIME_S) + np.sin(2 * np.pi * 1336 * TIME_S),
        np.pad(sounds.voice(480), 8000),
        np.ones(100),
    ],
    ids=["silence", "white", "brown", "hum", "tone", "key", "30 ms", "dc"],
)
def test_other_sounds_are_not_speech(samples):
    assert seconds(samples) < 0.1


def test_padding_changes_nothing():
    voice = torch.from_numpy(sounds.voice(9000)).float()
    both = torch.nn.utils.rnn.pad_sequence(
        [torch.randn(20000), voice], batch_first=True
    )
    together = DETECTOR.seconds(both, torch.tensor([1.0, 9000 / 20000]))[1]
    assert together == DETECTOR.seconds(voice[None], torch.ones(1))[0]
