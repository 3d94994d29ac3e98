"""Compute batched statistics of masked frames."""

import torch


def masked_moments(frames, mask):
    """Mean and standard deviation of the chosen frames.

    Arguments
    ---------
    frames : torch.Tensor, (batch, frames, dim)
        Any values.
    mask : torch.Tensor, (batch, frames)
        True where a frame counts; a row without any gives 0 and 0.

    Returns
    -------
    mean : torch.Tensor, (batch, dim)
        In the unit of ``frames``.
    std : torch.Tensor, (batch, dim)
        In the unit of ``frames``, of the population.

    Example
    -------
    >>> frames = torch.tensor([[[1.0], [3.0], [99.0]]])
    >>> masked_moments(frames, torch.tensor([[True, True, False]]))
    (tensor([[2.]]), tensor([[1.]]))
    """
    weight = mask[..., None].to(frames)
    n = weight.sum(dim=1).clamp(min=1)
    mean = (frames * weight).sum(dim=1) / n
    spread = ((frames - mean[:, None]) * weight).square().sum(dim=1) / n
    return mean, spread.sqrt()


def masked_quantiles(values, mask, shares):
    """Quantiles of the chosen frames, linear between neighbours.

    Arguments
    ---------
    values : torch.Tensor, (batch, frames)
        Any values.
    mask : torch.Tensor, (batch, frames)
        True where a frame counts; a row without any gives 0.
    shares : list of float
        Quantiles wanted, 0-1.

    Returns
    -------
    torch.Tensor, (batch, shares)
        In the unit of ``values``.

    Example
    -------
    >>> values = torch.tensor([[4.0, 0.0, 2.0, 99.0]])
    >>> mask = torch.tensor([[True, True, True, False]])
    >>> masked_quantiles(values, mask, [0.5, 0.75])
    tensor([[2., 3.]])
    """
    n = mask.sum(dim=1, keepdim=True)
    ordered = values.masked_fill(~mask, float("inf")).sort(dim=1).values
    ordered = ordered.masked_fill(ordered.isinf(), 0.0)
    place = torch.tensor(shares, device=values.device) * (n - 1).clamp(min=0)
    below = place.floor().long()
    above = place.ceil().long()
    low, high = ordered.gather(1, below), ordered.gather(1, above)
    return low + (high - low) * (place - below)
