import math

import pytest
import torch

from speechbrain_clser.features.spectral import spectral_shape
from speechbrain_clser.features.spectrum import Spectrum

SPECTRUM = Spectrum(16000)


def shape(power, mel=None):
    """Spectral shape of one frame with this power in each bin."""
    power = power[None, None]
    mel = torch.zeros(1, 1, 4) if mel is None else mel
    columns = spectral_shape(SPECTRUM, power, SPECTRUM.level_db(power), mel)
    return {name: values[0, 0].item() for name, values in columns.items()}


def test_flat_spectrum_has_no_slope_and_is_flat():
    found = shape(torch.ones(601))
    for name in ("slope_0_500", "slope_500_1500", "slope_1500_5000"):
        assert found[name] == pytest.approx(0.0, abs=1e-4)
    assert found["hammarberg"] == pytest.approx(0.0, abs=1e-4)
    assert found["flatness"] == pytest.approx(0.0, abs=1e-4)
    assert found["centroid"] == pytest.approx(math.log2(4000), abs=1e-3)
    # As many lines of 13.3 Hz as lie in 50-1000 Hz and in 1-5 kHz.
    assert found["alpha"] == pytest.approx(10 * math.log10(71 / 300), abs=1e-3)


def test_spectrum_that_falls_6_db_a_khz_has_that_slope_everywhere():
    found = shape(10 ** (-0.6 * SPECTRUM.hz / 1000))
    for name in ("slope_0_500", "slope_500_1500", "slope_1500_5000"):
        assert found[name] == pytest.approx(-6.0, abs=1e-3)
    assert found["hammarberg"] == pytest.approx(12.0, abs=0.1)
    assert found["flatness"] < -1


def test_silence_gives_finite_numbers():
    assert all(math.isfinite(x) for x in shape(torch.zeros(601)).values())


def test_flux_is_the_mean_change_of_the_bands_and_0_at_the_start():
    power = torch.ones(1, 3, 601)
    mel = torch.tensor([[[0.0, 0.0], [1.0, -3.0], [1.0, -3.0]]])
    flux = spectral_shape(SPECTRUM, power, power, mel)["flux"]
    assert flux.tolist() == [[0.0, 2.0, 0.0]]
