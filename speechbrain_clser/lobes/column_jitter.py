"""Augmentation that moves whole columns of an utterance."""

import torch


class ColumnJitter(torch.nn.Module):
    """Add to each column of each utterance one normal number, in training.

    Speakers and rooms differ by just such offsets. Meant for standardised
    frames, where ``spread`` is in standard deviations.

    Arguments
    ---------
    spread : float
        Standard deviation of the offsets.

    Example
    -------
    >>> jitter = ColumnJitter(1.0)
    >>> moved, lens = jitter(torch.zeros(1, 2, 3), torch.ones(1))
    >>> bool((moved[0, 0] == moved[0, 1]).all()), bool((moved == 0).any())
    (True, False)
    """

    def __init__(self, spread=1.0):
        super().__init__()
        self.spread = spread

    def forward(self, frames, lens):
        """Jitter a batch; nothing happens in eval.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, dim)
            Standardised.
        lens : torch.Tensor, (batch,)
            Share of each row that is real, 0-1.

        Returns
        -------
        frames : torch.Tensor, (batch, frames, dim)
            A moved copy.
        lens : torch.Tensor, (batch,)
            As given.
        """
        if not self.training:
            return frames, lens
        offsets = torch.randn_like(frames[:, :1])
        return frames + self.spread * offsets, lens
