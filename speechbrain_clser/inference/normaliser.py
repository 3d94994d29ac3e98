"""What stands between extractor and method in a model, as it did in training."""

import torch

from speechbrain_clser.features.normalisation import level_layers, standardise


class SourceStatistics(torch.nn.Module):
    """Standardise frames by the statistics of the sources, or of a group.

    Arguments
    ---------
    dim : int
        Of the frames.

    Example
    -------
    >>> normaliser = SourceStatistics(2)
    >>> normaliser.use(torch.tensor([1.0, 0.0]), torch.tensor([2.0, 1.0]))
    >>> normaliser(torch.tensor([[5.0, 0.5]]))
    tensor([[2.0000, 0.5000]])
    """

    def __init__(self, dim):
        super().__init__()
        self.register_buffer("mean", torch.zeros(dim))
        self.register_buffer("deviation", torch.ones(dim))

    def use(self, mean, deviation):
        """Take other statistics, torch.Tensor, (dim,) each."""
        self.mean.copy_(mean)
        self.deviation.copy_(deviation)

    def forward(self, frames):
        """Standardise, (..., dim)."""
        return standardise(frames, self.mean, self.deviation)


class LevelLayers(torch.nn.Module):
    """Bring the layers of a trained encoder to one scale; see ``level_layers``.

    Arguments
    ---------
    n_layers : int
        Side by side in a frame.

    Example
    -------
    >>> LevelLayers(2)(torch.tensor([[1.0, 3.0, 10.0, 30.0]])).round()
    tensor([[-1.,  1., -1.,  1.]])
    """

    def __init__(self, n_layers):
        super().__init__()
        self.n_layers = n_layers

    def forward(self, frames):
        """Level, (..., layers * dim)."""
        return level_layers(frames, self.n_layers)


def pooled(statistics) -> tuple:
    """Put the statistics of several groups together, each counting the same.

    Arguments
    ---------
    statistics : iterable of (torch.Tensor, torch.Tensor)
        Mean and deviation of each group, (dim,).

    Returns
    -------
    mean, deviation : torch.Tensor, (dim,)
        Of all.

    Example
    -------
    >>> one, two = (torch.tensor([v]) for v in (1.0, 3.0))
    >>> pooled([(one, torch.zeros(1)), (two, torch.zeros(1))])
    (tensor([2.]), tensor([1.]))
    """
    means, deviations = map(torch.stack, zip(*statistics, strict=True))
    mean = means.nanmean(dim=0)
    within = deviations.square().nanmean(dim=0)
    between = (means - mean).square().nanmean(dim=0)
    return mean, (within + between).sqrt()
