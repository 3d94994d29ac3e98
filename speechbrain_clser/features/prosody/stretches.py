"""Segment frames into voiced, unvoiced and pause stretches, in batches."""

import torch

from speechbrain_clser.features.spectrum import widest

PADDING, VOICED, UNVOICED, PAUSE = range(4)
FEWEST_FRAMES = 3  # a line through two points is always exact


class Stretches:
    """Segment each row into voiced stretches, unvoiced stretches and pauses.

    Arguments
    ---------
    is_voiced : torch.Tensor of bool, (batch, frames)
        Whether a frame has a pitch.
    is_real : torch.Tensor of bool, (batch, frames)
        False in the padding.
    longest_frames : float
        A stretch without voice that is longer counts as a pause.

    Example
    -------
    >>> is_voiced = torch.tensor([[0, 1, 1, 0, 0, 0, 1]]).bool()
    >>> stretches = Stretches(is_voiced, torch.ones(1, 7).bool(), 2)
    >>> stretches.index
    tensor([[0, 1, 1, 2, 2, 2, 3]])
    >>> stretches.n_frames, stretches.kinds
    (tensor([[1., 2., 3., 1.]]), tensor([[2, 1, 3, 1]]))
    """

    def __init__(self, is_voiced, is_real, longest_frames):
        kinds = torch.where(is_voiced, VOICED, UNVOICED)
        kinds = kinds.where(is_real, PADDING)
        starts = (kinds[:, 1:] != kinds[:, :-1]).long()
        # Stretch index of each frame, from 0 in each row.
        self.index = torch.nn.functional.pad(starts, (1, 0)).cumsum(dim=1)
        n_stretches = widest(self.index + 1, kinds.shape[1])
        self._shape = len(kinds), n_stretches
        self.n_frames = self._sum(torch.ones_like(kinds, dtype=torch.float32))
        self.kinds = kinds.new_full(self._shape, PADDING)
        self.kinds = self.kinds.scatter(1, self.index, kinds)
        is_long = self.n_frames > longest_frames
        self.kinds[(self.kinds == UNVOICED) & is_long] = PAUSE

    def frames_of(self, kind):
        """Return the mask of frames of a kind, such as ``VOICED``, (batch, frames)."""
        return self._back(self.kinds == kind)

    def ends_of(self, kind):
        """Return the masks of the first and the last stretch of a kind, (batch, frames).

        Equal if there is one stretch; all False if there is none.
        """
        is_kind = self.kinds == kind
        n_before = is_kind.cumsum(dim=1)
        n_all = n_before[:, -1:]
        first, last = is_kind & (n_before == 1), is_kind & (n_before == n_all)
        return self._back(first), self._back(last)

    def lines(self, values):
        """Fit a line to the values of each stretch.

        Arguments
        ---------
        values : torch.Tensor, (batch, frames)
            Finite in the stretches that matter.

        Returns
        -------
        tilt : torch.Tensor, (batch, stretches)
            Slope per frame.
        error : torch.Tensor, (batch, stretches)
            Mean squared distance from the line.
        is_fit : torch.Tensor of bool, (batch, stretches)
            Whether there are three frames or more.

        Example
        -------
        >>> stretches = Stretches(*torch.ones(2, 1, 3).bool(), 7)
        >>> stretches.lines(torch.tensor([[2.0, 5.0, 8.0]]))
        (tensor([[3.]]), tensor([[0.]]), tensor([[True]]))
        """
        place = torch.arange(values.shape[1], device=values.device)
        place = self._centre(place.to(values).expand_as(values))
        values = self._centre(values)
        is_fit = self.n_frames >= FEWEST_FRAMES
        tilt = self._sum(place * values) / self._sum(place.square())
        rest = values - place * self._back(tilt)
        return tilt, self._sum(rest.square()) / self.n_frames, is_fit

    def _sum(self, values):
        total = values.new_zeros(self._shape)
        return total.scatter_add(1, self.index, values)

    def _back(self, values):
        """Map values of stretches to their frames."""
        return values.gather(1, self.index)

    def _centre(self, values):
        return values - self._back(self._sum(values) / self.n_frames)
