"""Learned scalar gate of a branch."""

import torch


class Gate(torch.nn.Module):
    """Scale the output of a module by the sigmoid of one learned parameter.

    Mi, Ma and Toda (Interspeech 2026) name weight gating but do not describe
    it; a scalar per branch, 0.5 at the start, is our reconstruction.

    Arguments
    ---------
    branch : torch.nn.Module
        Module with one input tensor and one output tensor.

    Example
    -------
    >>> Gate(torch.nn.Identity())(torch.tensor([4.0])).detach()
    tensor([2.])
    """

    def __init__(self, branch):
        super().__init__()
        self.branch = branch
        self.logit = torch.nn.Parameter(torch.zeros(()))

    def forward(self, values):
        """Scale the output of the branch.

        Arguments
        ---------
        values : torch.Tensor, (...)
            Input of the branch.

        Returns
        -------
        torch.Tensor, (...)
            Half of the output of the branch at the start of training.
        """
        return self.logit.sigmoid() * self.branch(values)
