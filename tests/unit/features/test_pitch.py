import pytest
import torch

from speechbrain_clser.features.pitch import Pitch, best_candidates, best_path
from speechbrain_clser.features.spectrum import N_FFT, Spectrum

ALL_REAL = torch.ones(1, 50).bool()


@pytest.mark.parametrize("hz", [65.0, 110.0, 333.3, 590.0])
def test_best_candidate_of_a_tone_is_its_frequency(hz):
    autocorrelation = torch.cos(torch.arange(300) * 2 * torch.pi * hz / 16000)
    found, height = best_candidates(autocorrelation, 16000, 60.0, 600.0, 1)
    assert found.item() == pytest.approx(hz, rel=0.005)
    assert height.item() == pytest.approx(1.0, abs=0.01)


def test_missing_candidates_have_zero_height():
    hz, height = best_candidates(torch.zeros(300), 16000, 60.0, 600.0, 3)
    assert hz.tolist() == [60.0] * 3
    assert height.tolist() == [0.0] * 3


def test_path_avoids_costly_octave_jumps():
    strengths = torch.tensor([[0.9, 0.5], [0.5, 0.7], [0.9, 0.5]])
    scores = torch.cat([strengths, torch.zeros(3, 1)], dim=1)[None]
    octaves = torch.tensor([7.0, 8.0, 7.0]).expand(1, 3, 3)
    real = torch.ones(1, 3).bool()
    assert best_path(scores, octaves, real, 0.35, 0.1).tolist() == [[0, 0, 0]]
    assert best_path(scores, octaves, real, 0.05, 0.1).tolist() == [[0, 1, 0]]


def test_path_selects_unvoiced_with_higher_score():
    scores = torch.tensor([[[0.9, 0.4], [0.1, 0.6], [0.1, 0.6]]])
    octaves = torch.zeros(1, 3, 2)
    real = torch.ones(1, 3).bool()
    assert best_path(scores, octaves, real, 0.35, 0.1).tolist() == [[0, 1, 1]]
    assert best_path(scores, octaves, real, 0.35, 9.0).tolist() == [[1, 1, 1]]


def test_path_ignores_padding():
    scores, octaves = torch.rand(1, 9, 4), 8 * torch.rand(1, 9, 4)
    alone = best_path(
        scores[:, :5], octaves[:, :5], torch.ones(1, 5).bool(), 0.1, 0.1
    )
    real = torch.arange(9)[None] < 5
    assert best_path(scores, octaves, real, 0.1, 0.1)[:, :5].equal(alone)


@pytest.fixture(scope="module")
def spectrum():
    return Spectrum(16000)


@pytest.fixture(scope="module")
def pitch(spectrum):
    return Pitch(spectrum.window, N_FFT, 16000, 60.0, 600.0)


def tone(hz):
    """One second, of full scale."""
    return torch.sin(torch.arange(16000) * 2 * torch.pi * hz / 16000)[None]


def test_tone_is_voiced_at_its_frequency(spectrum, pitch):
    hz, height, voicing, is_voiced = pitch(*spectrum(tone(150.0)), ALL_REAL)
    assert is_voiced.all()
    assert hz[0, 25].item() == pytest.approx(150.0, rel=0.005)
    assert height[0, 25].item() == pytest.approx(1.0, abs=0.01)
    assert voicing.equal(height)


def test_noise_is_not_voiced(spectrum, pitch):
    noise = torch.randn(1, 16000)
    is_voiced = pitch(*spectrum(noise), ALL_REAL)[-1]
    assert is_voiced.float().mean() < 0.2


def test_very_quiet_tone_is_not_voiced(spectrum, pitch):
    wavs = tone(150.0)
    wavs[:, 8000:] *= 0.001
    is_voiced = pitch(*spectrum(wavs), ALL_REAL)[-1]
    assert is_voiced[0, 2:23].all()
    assert not is_voiced[0, 27:].any()


def test_silence_is_unvoiced_with_lowest_pitch(spectrum, pitch):
    hz, height, _, is_voiced = pitch(*spectrum(torch.zeros(1, 16000)), ALL_REAL)
    assert hz.unique().tolist() == [60.0]
    assert not height.any()
    assert not is_voiced.any()


def test_loud_padding_does_not_change_voicing(spectrum, pitch):
    power, peak = spectrum(tone(150.0))
    is_real = torch.arange(50)[None] < 30
    peak = peak.where(is_real, 1e6)
    assert pitch(power, peak, is_real)[-1].equal(is_real)
