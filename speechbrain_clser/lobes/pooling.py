"""Pooling of frames to one embedding per utterance."""

import torch

from speechbrain_clser.lobes.mask import real_frames


class MeanStdPooling(torch.nn.Module):
    """Concatenate mean and standard deviation of the real frames.

    Adds no noise, unlike SpeechBrain's ``StatisticsPooling``, so predictions
    are deterministic.

    Arguments
    ---------
    dim : int
        Of the frames.
    with_std : bool
        False: the mean alone.

    Example
    -------
    >>> pooling = MeanStdPooling(1)
    >>> frames = torch.tensor([[[2.0], [4.0], [99.0], [99.0]]])
    >>> pooling(frames, torch.tensor([0.5]))
    tensor([[3., 1.]])
    >>> pooling.output_dim
    2
    """

    def __init__(self, dim, with_std=True):
        super().__init__()
        self.with_std = with_std
        self.output_dim = 2 * dim if with_std else dim

    def forward(self, frames, lens):
        """Pool the real frames of each utterance.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, dim)
            Padded at the end with anything finite.
        lens : torch.Tensor, (batch,)
            Fraction of each row that is real, 0-1.

        Returns
        -------
        torch.Tensor, (batch, output_dim)
            Means, then standard deviations, at least 0.001.
        """
        real = real_frames(lens, frames.shape[1])[..., None].to(frames)
        n_real = real.sum(dim=1)
        mean = (frames * real).sum(dim=1) / n_real
        if not self.with_std:
            return mean
        spread = ((frames - mean[:, None]) * real).square().sum(dim=1) / n_real
        # The minimum keeps the gradient of the root finite for constant columns.
        return torch.cat([mean, spread.clamp(min=1e-6).sqrt()], dim=-1)
