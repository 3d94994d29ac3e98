"""Augmentation by masking of frames and feature columns."""

import torch

from speechbrain_clser.lobes.mask import real_frames


class SpecAugment(torch.nn.Module):
    """Set random stretches of frames and random columns to zero in training.

    Frames should be standardised, so that 0 is the mean.

    Arguments
    ---------
    n_stretches : int
        Number of masked stretches of each utterance; they may overlap.
    stretch_share : float
        Maximum length of a stretch, as a fraction of the real frames, 0-1.
    column_share : float
        Probability of masking each column, 0-1.

    Source
    ------
    Park et al., SpecAugment, Interspeech 2019; here columns are masked
    independently, since neighbouring columns need not be related.

    Example
    -------
    >>> mask = SpecAugment(n_stretches=0, column_share=1.0)
    >>> mask(torch.ones(1, 2, 1), torch.ones(1))[0].flatten()
    tensor([0., 0.])
    """

    def __init__(self, n_stretches=2, stretch_share=0.2, column_share=0.1):
        super().__init__()
        self.n_stretches = n_stretches
        self.stretch_share, self.column_share = stretch_share, column_share

    def forward(self, frames, lens):
        """Mask a batch; identity in eval mode.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, dim)
            Standardised.
        lens : torch.Tensor, (batch,)
            Fraction of each row that is real, 0-1.

        Returns
        -------
        frames : torch.Tensor, (batch, frames, dim)
            A masked copy.
        lens : torch.Tensor, (batch,)
            Unchanged.
        """
        if not self.training:
            return frames, lens
        n_rows, n_frames, dim = frames.shape
        n_real = real_frames(lens, n_frames).sum(dim=1)[:, None]
        drawn = torch.rand(2, n_rows, self.n_stretches, device=frames.device)
        length = drawn[0] * self.stretch_share * n_real
        start = drawn[1] * (n_real - length)
        time = torch.arange(n_frames, device=frames.device)[:, None]
        inside = (time >= start[:, None]) & (time < (start + length)[:, None])
        masked = torch.rand(n_rows, dim, device=frames.device)
        masked = masked < self.column_share
        masked = inside.any(dim=-1)[..., None] | masked[:, None]
        return frames.masked_fill(masked, 0.0), lens
