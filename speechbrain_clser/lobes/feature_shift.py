"""Augmentation by random offsets of whole feature columns."""

import torch


class FeatureShift(torch.nn.Module):
    """Add a normally distributed offset to each column of each utterance.

    Applied in training only. The offsets imitate differences of speakers and
    rooms. Frames should be standardised: ``spread`` is in standard deviations.

    Arguments
    ---------
    spread : float
        Standard deviation of the offsets.
    with_silent : bool
        Whether columns that are 0 throughout an utterance are shifted too. False
        for encoders by language, whose columns are 0 for other languages.

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
        """Shift a batch; identity in eval mode.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, dim)
            Standardised.
        lens : torch.Tensor, (batch,)
            Fraction of each row that is real, 0-1.

        Returns
        -------
        frames : torch.Tensor, (batch, frames, dim)
            A shifted copy.
        lens : torch.Tensor, (batch,)
            Unchanged.
        """
        if not self.training:
            return frames, lens
        offsets = torch.randn_like(frames[:, :1])
        if not self.with_silent:
            offsets = offsets * frames.ne(0).any(dim=1, keepdim=True)
        return frames + self.spread * offsets, lens
