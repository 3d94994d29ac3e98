"""Compare Fourier transforms by matrix products with those of torch."""

import pytest
import torch

from speechbrain_clser.contrib.onnx import fourier

SAME = {"atol": 2e-6, "rtol": 0}


@pytest.mark.parametrize("n", [1, 7, 400, 1024, 1200])
def test_transform_equals_torch_for_any_length(n):
    values = torch.randn(3, n, dtype=torch.complex64)
    there = torch.complex(*fourier.transform(values.real, values.imag, -1))
    expected = torch.fft.fft(values)
    scale = expected.abs().max()
    torch.testing.assert_close(there / scale, expected / scale, **SAME)


def test_inverse_transform_scales_by_n():
    values = torch.randn(2, 12), torch.randn(2, 12)
    back = fourier.transform(*fourier.transform(*values, -1), 1)
    for found, value in zip(back, values, strict=True):
        torch.testing.assert_close(found / 12, value, **SAME)


@pytest.mark.parametrize("onesided, of", [(True, "rfft"), (False, "fft")])
def test_transform_of_real_values_equals_torch(onesided, of):
    values = torch.randn(2, 1200)
    found = fourier.of_real(values, [1], 0, onesided)
    expected = getattr(torch.fft, of)(values)
    torch.testing.assert_close(found / 100, expected / 100, **SAME)


def test_transform_to_real_values_equals_torch():
    values = torch.randn(2, 601, dtype=torch.complex64)
    found = fourier.to_real(values, [-1], 2, 1200)
    torch.testing.assert_close(found, torch.fft.irfft(values), **SAME)


def test_transform_of_another_axis_is_refused():
    with pytest.raises(NotImplementedError, match="last axis"):
        fourier.of_real(torch.ones(2, 4), [0], 0, True)


def test_inverse_of_odd_length_is_refused():
    with pytest.raises(NotImplementedError, match="even length"):
        fourier.to_real(torch.ones(3, dtype=torch.complex64), [0], 2, 5)
