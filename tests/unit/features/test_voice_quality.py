import pytest
import torch

from speechbrain_clser.features.spectrum import Spectrum
from speechbrain_clser.features.voice_quality import voice_quality

SECONDS = torch.arange(16000) / 16000


def quality(levels_db, height=0.9, pitch_hz=200.0):
    """Voice quality of a frame with harmonics of these levels."""
    wav = sum(
        10 ** (level / 20) * torch.sin(2 * torch.pi * k * pitch_hz * SECONDS)
        for k, level in enumerate(levels_db, 1)
    )
    spectrum = Spectrum(16000)
    power, _ = spectrum(wav[None])
    columns = voice_quality(
        spectrum,
        spectrum.level_db(power),
        torch.full((1, 50), pitch_hz),
        torch.full((1, 50), height),
        60.0,
        600.0,
    )
    return {name: values[0, 25].item() for name, values in columns.items()}


def test_first_harmonic_is_compared_with_second_and_strongest():
    levels_db = [0.0, -6.0, -12.0, -9.0, *[-20.0] * 10]
    found = quality(levels_db)
    assert found["h1_h2"] == pytest.approx(6.0, abs=0.1)
    assert found["h1_a1"] == pytest.approx(6.0, abs=0.1)
    assert found["h1_a3"] == pytest.approx(20.0, abs=0.1)


@pytest.mark.parametrize(
    ("height", "hnr"), [(0.5, 0.0), (0.9, 9.54), (0.0, -30.0), (1.0, 30.0)]
)
def test_harmonics_to_noise_by_hand_and_at_its_ends(height, hnr):
    assert quality([0.0], height)["hnr"] == pytest.approx(hnr, abs=0.01)


def test_cepstral_peak_rises_with_the_number_of_harmonics():
    assert quality([0.0] * 30)["cpp"] > quality([0.0])["cpp"] + 1


def test_second_harmonic_of_the_highest_pitch_is_still_in_the_spectrum():
    found = quality([0.0, -10.0], pitch_hz=600.0)
    assert found["h1_h2"] == pytest.approx(10.0, abs=0.1)
