"""Several steps of augmentation as one."""

import torch


class Chain(torch.nn.Module):
    """Apply modules that map ``(frames, lens)`` to the same, in turn.

    Arguments
    ---------
    steps : list of torch.nn.Module
        First to last.

    Example
    -------
    >>> from speechbrain_clser.lobes.random_crop import RandomCrop
    >>> chain = Chain([RandomCrop(5), RandomCrop(3)])
    >>> frames, lens = chain(torch.zeros(1, 9, 2), torch.ones(1))
    >>> frames.shape, lens
    (torch.Size([1, 3, 2]), tensor([1.]))
    """

    def __init__(self, steps):
        super().__init__()
        self.steps = torch.nn.ModuleList(steps)

    def forward(self, frames, lens):
        """Hand a batch from step to step.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, dim)
            Padded at the end.
        lens : torch.Tensor, (batch,)
            Share of each row that is real, 0-1.

        Returns
        -------
        frames : torch.Tensor, (batch, frames, dim)
            What the last step gives.
        lens : torch.Tensor, (batch,)
            Share of each row that is real, 0-1.
        """
        for step in self.steps:
            frames, lens = step(frames, lens)
        return frames, lens
