"""Augmentation that moves whole columns of an utterance."""

import torch


class FeatureShift(torch.nn.Module):
    """Add to each column of each utterance one normal number, in training.

    Speakers and rooms differ by just such offsets. Meant for standardised
    frames, where ``spread`` is in standard deviations.

    Arguments
    ---------
    spread : float
        Standard deviation of the offsets.
    with_silent : bool
        Whether columns that are 0 throughout an utterance move like all
        others. Those of other languages' encoders must not.

    Example
    -------
    >>> jitter = FeatureShift(1.0)
    >>> moved, lens = jitter(torch.zeros(1, 2, 3), torch.ones(1))
    >>> bool((moved[0, 0] == moved[0, 1]).all()), bool((moved == 0).any())
    (True, False)
    """

    def __init__(self, spread=1.0, with_silent=True):
        super().__init__()
        self.spread, self.with_silent = spread, with_silent

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
        if not self.with_silent:
            offsets = offsets * frames.ne(0).any(dim=1, keepdim=True)
        return frames + self.spread * offsets, lens
