import math

import pytest
import torch

from speechbrain_clser.features.spectrum import (
    Spectrum,
    real_mask,
    to_db,
    widest,
)


@pytest.fixture(scope="module")
def spectrum():
    return Spectrum(16000)


def test_spectrum_equals_the_transform_of_the_windowed_piece(spectrum):
    wav = torch.randn(1, 16000)
    power, peak = spectrum(wav)
    # Frame 10 has its middle at 10.5 hops, 20 ms each; 25 ms either side.
    piece = wav[0, 3360 - 400 : 3360 + 400]
    piece = piece - piece.mean()
    window = torch.hann_window(800, periodic=False)
    expected = torch.fft.rfft(piece * window, 1200).abs().square()
    torch.testing.assert_close(power[0, 10], expected, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(peak[0, 10], piece.abs().max())


def test_offset_of_a_recording_does_not_matter(spectrum):
    power, peak = spectrum(torch.full((1, 16000), 0.5))
    assert power[0, 10].max() < 1e-6
    assert peak[0, 10] < 1e-6


@pytest.mark.parametrize(
    ("n_samples", "n_frames"), [(1, 1), (320, 1), (321, 2), (16000, 50)]
)
def test_one_frame_per_started_20_ms(spectrum, n_samples, n_frames):
    power, peak = spectrum(torch.randn(2, n_samples))
    assert power.shape == (2, n_frames, 601)
    assert peak.shape == (2, n_frames)


def test_mean_line_of_white_noise_has_the_level_of_the_noise(spectrum):
    power, _ = spectrum(0.1 * torch.randn(1, 160000))
    level = spectrum.level_db(power[0, 2:-2].mean())
    assert level.item() == pytest.approx(-20.0, abs=0.3)


def test_adjacent_bands_partition_bins(spectrum):
    low = spectrum.band(spectrum.hz, 0, 1000)
    high = spectrum.band(spectrum.hz, 1000, 9000)
    assert torch.cat([low, high]).equal(spectrum.hz)
    assert high[0].item() == pytest.approx(1000.0)


def test_decibels_by_hand_and_at_the_floor():
    found = to_db(torch.tensor([2.0, 1e-10, 1e-20]))
    assert found.tolist() == pytest.approx([10 * math.log10(2), -100, -100])


def test_row_of_length_zero_is_all_padding():
    found = real_mask(torch.tensor([0.0, 2.0]), 2)
    assert found.tolist() == [[False, False], [True, True]]


def test_widest_returns_longest_row():
    assert widest(torch.tensor([2, 7, 3]), 9) == 7


def test_widest_returns_width_during_export():
    class Cut(torch.nn.Module):
        def forward(self, wavs):
            n_real = torch.tensor([wavs.shape[1]])
            return wavs[:, : widest(n_real, wavs.shape[1])]

    any_length = ({1: torch.export.Dim("samples", min=4)},)
    graph = torch.export.export(
        Cut(), (torch.ones(1, 8),), dynamic_shapes=any_length
    )
    assert graph.module()(torch.ones(1, 5)).shape == (1, 5)
