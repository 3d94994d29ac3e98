import pytest
import torch
from helpers import sounds

from speechbrain_clser.features.batching import padded
from speechbrain_clser.inference.speech import SpeechGate


def test_amount_of_speech_decides_and_is_noted():
    signals = [
        torch.zeros(1600),
        *(
            torch.from_numpy(sounds.voice(round(16000 * length_s))).float()
            for length_s in (0.2, 1.0)
        ),
    ]
    found = SpeechGate(16000)(*padded(signals))
    assert [row[1:] for row in found] == [
        *((False, ("no_speech",)), (True, ("short_speech",)), (True, ()))
    ]
    assert [row[0] for row in found] == pytest.approx([0, 1, 1], abs=0.2)
    assert SpeechGate(16000, 0.5)(*padded(signals))[1][1] is False


def test_share_is_that_of_the_recording_without_padding():
    voice = torch.from_numpy(sounds.voice(16000)).float()
    half = torch.cat([voice, torch.zeros(16000)])
    shares = [row[0] for row in SpeechGate(16000)(*padded([half, voice]))]
    assert shares == pytest.approx([0.5, 1.0], abs=0.03)


@pytest.mark.parametrize("seconds", [-0.1, float("nan"), float("inf")])
def test_impossible_duration_is_refused(seconds):
    with pytest.raises(ValueError, match="min_speech_s: expected seconds of 0"):
        SpeechGate(16000, seconds)
