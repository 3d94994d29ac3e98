"""A learned say of how much a branch adds."""

import torch


class Gate(torch.nn.Module):
    """Scale what a module gives by the sigmoid of one learned number.

    Weight gating as in Mi, Ma and Toda (Interspeech 2026) is not described
    there beyond its name; a scalar per branch that starts at one half is our
    reconstruction.

    Arguments
    ---------
    branch : torch.nn.Module
        One tensor in, one tensor out.

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
        """Run the branch and scale what it gives.

        Arguments
        ---------
        values : torch.Tensor, (...)
            As the branch takes them.

        Returns
        -------
        torch.Tensor, (...)
            At the start, half of what the branch gives.
        """
        return self.logit.sigmoid() * self.branch(values)
