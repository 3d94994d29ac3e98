"""Compute Fourier transforms as two small matrix products, for ONNX.

ONNX has the operator DFT, but the implementation of onnxruntime loses three digits
if the length is not a power of two.
"""

import math

import torch


def transform(real, imaginary, sign):
    """Transform the last axis.

    This is most efficient if the length is a product of two similar factors.

    Arguments
    ---------
    real, imaginary : torch.Tensor, (..., n)
        Real and imaginary parts of the values.
    sign : int
        Sign of the exponent: -1 forward, 1 inverse; unscaled.

    Returns
    -------
    real, imaginary : torch.Tensor, (..., n)
        Real and imaginary parts of the transform.

    Source
    ------
    Cooley and Tukey, An Algorithm for the Machine Calculation of Complex
    Fourier Series, Mathematics of Computation 19, 1965: one step of it.

    Example
    -------
    >>> click, silence = torch.tensor([1.0, 0.0, 0.0, 0.0]), torch.zeros(4)
    >>> transform(click, silence, -1)[0]
    tensor([1., 1., 1., 1.])
    """
    n = real.shape[-1]
    n_rows = max(k for k in range(1, math.isqrt(n) + 1) if n % k == 0)
    n_columns = n // n_rows
    rows, columns = torch.arange(n_rows), torch.arange(n_columns)
    # Sample n_columns * row + column of the signal is at (row, column), and so is
    # element row + n_rows * column of the transform.
    values = (
        real.unflatten(-1, (n_rows, -1)),
        imaginary.unflatten(-1, (n_rows, -1)),
    )
    values = _product(torch.matmul, _waves(rows, rows, n_rows, sign), values)
    values = _product(torch.mul, _waves(rows, columns, n, sign), values)
    waves = _waves(columns, columns, n_columns, sign)
    values = _product(lambda x, y: torch.matmul(y, x), waves, values)
    return tuple(part.transpose(-1, -2).flatten(-2) for part in values)


def _waves(first, second, n, sign):
    """Compute real and imaginary parts of exp(sign 2 pi i first second / n)."""
    angle = sign * 2 * math.pi / n
    # Reduce modulo n first: float32 has only seven significant digits.
    turns = angle * (first[:, None] * second % n)
    return turns.cos(), turns.sin()


def _product(times, left, right):
    """Multiply complex values with the product ``times``."""
    return (
        times(left[0], right[0]) - times(left[1], right[1]),
        times(left[0], right[1]) + times(left[1], right[0]),
    )


def of_real(values, dim, normalization, onesided):
    """Replace torch's ``_fft_r2c``, used by ``torch.fft.rfft`` and ``stft``.

    Arguments
    ---------
    values : torch.Tensor, (..., n)
        Real values.
    dim : list of int
        The last axis.
    normalization : int
        0, none.
    onesided : bool
        Whether the mirrored half is left out.

    Returns
    -------
    torch.Tensor, (..., bins)
        Complex values.

    Example
    -------
    >>> of_real(torch.tensor([1.0, 0.0, 0.0, 0.0]), [0], 0, True).real
    tensor([1., 1., 1.])
    """
    _expect(values, dim, normalization == 0)
    n = values.shape[-1]
    parts = transform(values, torch.zeros_like(values), -1)
    values = torch.view_as_complex(torch.stack(parts, dim=-1))
    return values[..., : n // 2 + 1] if onesided else values


def to_real(values, dim, normalization, last_dim_size):
    """Replace torch's ``_fft_c2r``, used by ``torch.fft.irfft``.

    Arguments
    ---------
    values : torch.Tensor, (..., n / 2 + 1)
        Complex values.
    dim : list of int
        The last axis.
    normalization : int
        2, by n.
    last_dim_size : int
        n, even.

    Returns
    -------
    torch.Tensor, (..., n)
        Real.

    Example
    -------
    >>> to_real(torch.tensor([4.0 + 0j, 0, 0]), [0], 2, 4)
    tensor([1., 1., 1., 1.])
    """
    _expect(values, dim, normalization == 2 and last_dim_size % 2 == 0)
    n = last_dim_size
    # The omitted half mirrors the values between the ends.
    is_end = torch.arange(n // 2 + 1) % (n // 2) == 0
    twice = 2 - is_end.float()
    parts = torch.view_as_real(values).unbind(dim=-1)
    parts = [
        torch.nn.functional.pad(part * twice / n, (0, n // 2 - 1))
        for part in parts
    ]
    return transform(*parts, 1)[0]


def _expect(values, dim, is_known):
    if not (is_known and [d % values.dim() for d in dim] == [values.dim() - 1]):
        raise NotImplementedError(
            "expected a transform of the last axis, of even length, unscaled "
            "forward and scaled by the length inverse; extend "
            "contrib.onnx.fourier"
        )
