"""Normalise frames between extractor and method, as in training."""

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
        """Set the statistics, torch.Tensor, (dim,) each."""
        self.mean.copy_(mean)
        self.deviation.copy_(deviation)

    def _load_from_state_dict(self, state, prefix, *args):
        """Load; deviations of 0 or less are an error, NaN is not."""
        super()._load_from_state_dict(state, prefix, *args)
        deviation = state.get(f"{prefix}deviation", self.deviation)
        if (deviation <= 0).any():
            args[-1].append(
                "expected deviations above 0, found "
                f"{deviation[deviation <= 0][0].item():g} in {prefix}deviation."
            )

    def forward(self, frames):
        """Standardise, (..., dim)."""
        return standardise(frames, self.mean, self.deviation)


def of_sources(statistics) -> SourceStatistics:
    """Build a normaliser from the statistics of the sources.

    Example
    -------
    >>> normaliser = of_sources([(torch.tensor([1.0]), torch.tensor([2.0]))])
    >>> normaliser(torch.tensor([[5.0], [float("nan")]]))
    tensor([[2.],
            [0.]])
    """
    mean, deviation = pooled(statistics)
    normaliser = SourceStatistics(len(mean))
    normaliser.use(mean, deviation)
    return normaliser


def as_stored(sound):
    """Build the normaliser for frames that a trained extractor computes.

    If some columns of the extractor are frozen, the cached frames are already
    normalised; frames computed in the training step need the same normalisation.

    None unless both ``"frames"`` and ``"wavs"`` are inputs.
    """
    if not {"frames", "wavs"} <= sound.keys():
        return None
    return of_sources([*sound["frames"][0].statistics.values()])


class LevelLayers(torch.nn.Module):
    """Scale the layers of a trained encoder alike; see ``level_layers``.

    Arguments
    ---------
    n_layers : int
        Number of layers concatenated in a frame.

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
    """Pool the statistics of several groups with equal weights.

    Arguments
    ---------
    statistics : iterable of (torch.Tensor, torch.Tensor)
        Mean and deviation of each group, (dim,).

    Returns
    -------
    mean, deviation : torch.Tensor, (dim,)
        Pooled statistics.

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
