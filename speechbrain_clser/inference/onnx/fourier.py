"""Fourier transforms as two small matrix products each, for ONNX.

ONNX has an operator for them, DFT, but onnxruntime computes it by a detour that
costs three digits where the length is no power of two, as ours is not.
"""

import math

import torch


def transform(real, imaginary, sign):
    """Transform the last axis; the length is best a product of two alike.

    Arguments
    ---------
    real, imaginary : torch.Tensor, (..., n)
        Of the values.
    sign : int
        Of the exponent: -1 there, 1 back; not scaled.

    Returns
    -------
    real, imaginary : torch.Tensor, (..., n)
        Of the transform.

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
    # Value number n_columns * row + column of the sound stands at (row, column);
    # number row + n_rows * column of the transform does.
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
    """Real and imaginary part of exp(sign 2 pi i first second / n)."""
    angle = sign * 2 * math.pi / n
    # Of the remainder: float32 is exact to seven digits of a turn, not of many.
    turns = angle * (first[:, None] * second % n)
    return turns.cos(), turns.sin()


def _product(times, left, right):
    """Multiply complex values, in any sense of ``times``."""
    return (
        times(left[0], right[0]) - times(left[1], right[1]),
        times(left[0], right[1]) + times(left[1], right[0]),
    )


def of_real(values, dim, normalization, onesided):
    """Stand in for torch's ``_fft_r2c``, behind ``torch.fft.rfft`` and ``stft``.

    Arguments
    ---------
    values : torch.Tensor, (..., n)
        Real.
    dim : list of int
        The last axis.
    normalization : int
        0, none.
    onesided : bool
        Whether the mirrored half is left out.

    Returns
    -------
    torch.Tensor, (..., bins)
        Complex.

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
    """Stand in for torch's ``_fft_c2r``, behind ``torch.fft.irfft``.

    Arguments
    ---------
    values : torch.Tensor, (..., n / 2 + 1)
        Complex.
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
    # The half that is left out mirrors what lies between the ends.
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
            "expected a transform of the last axis, of even length, there not "
            "scaled and back by its length; teach inference.onnx.fourier more"
        )
