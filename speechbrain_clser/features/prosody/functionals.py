"""Compute six statistics of masked values; NaN where undefined."""

import torch

STATISTICS = ("mean", "std", "max", "min", "skewness", "kurtosis")

# Smaller deviations are rounding errors of equal values; skewness and kurtosis are
# undefined then.
LEAST_SPREAD = 1e-3


def functionals(values, mask) -> dict:
    """Compute statistics of masked values.

    The deviation needs two values, the skewness three, the kurtosis four; the last two
    need a non-zero deviation.

    Arguments
    ---------
    values : torch.Tensor, (..., n)
        Values of frames or stretches; ignored where masked.
    mask : torch.Tensor of bool, (..., n)
        True where a value counts.

    Returns
    -------
    dict
        Each of ``STATISTICS`` to torch.Tensor, (...): deviation of the
        population; kurtosis 0 for the normal distribution.

    Example
    -------
    >>> values = torch.tensor([2.0, 4.0, 6.0, 99.0])
    >>> mask = torch.tensor([True, True, True, False])
    >>> [round(x.item(), 2) for x in functionals(values, mask).values()]
    [4.0, 1.63, 6.0, 2.0, 0.0, nan]
    """
    n = mask.sum(dim=-1)
    nan = float("nan")
    mean = values.where(mask, 0.0).sum(dim=-1) / n
    centred = (values - mean[..., None]).where(mask, 0.0)
    std = (centred.square().sum(dim=-1) / n).sqrt()
    unit = centred / std[..., None]
    has_shape = std > LEAST_SPREAD
    skewness = unit.pow(3).sum(dim=-1) / n
    kurtosis = unit.pow(4).sum(dim=-1) / n - 3
    highest = values.where(mask, -torch.inf).amax(dim=-1)
    lowest = values.where(mask, torch.inf).amin(dim=-1)
    return {
        "mean": mean,
        "std": std.where(n >= 2, nan),
        "max": highest.where(n >= 1, nan),
        "min": lowest.where(n >= 1, nan),
        "skewness": skewness.where(has_shape & (n >= 3), nan),
        "kurtosis": kurtosis.where(has_shape & (n >= 4), nan),
    }
