"""Graph attention between the frames of an utterance."""

import torch
import torch.nn.functional as F

from speechbrain_clser.lobes.mask import real_frames


class GraphAttention(torch.nn.Module):
    """Replace each frame by a weighted sum over all frames of the utterance.

    The frames are the nodes of a complete graph with loops.

    Arguments
    ---------
    dim : int
        Of the frames, before and after.
    n_heads : int
        Number of sums, whose parts are concatenated; must divide ``dim``.
    dropout : float
        Of the weights.

    Source
    ------
    Veličković et al., Graph Attention Networks, ICLR 2018, equations 1, 3 and 5, with
    the exponential linear unit. The complete graph over time is ours.

    Example
    -------
    >>> lobe = GraphAttention(dim=8, n_heads=2)
    >>> lobe(torch.ones(2, 5, 8), torch.tensor([1.0, 0.6])).shape
    torch.Size([2, 5, 8])
    """

    SLOPE = 0.2  # of the leaky ReLU

    def __init__(self, dim, n_heads=4, dropout=0.1):
        super().__init__()
        self.n_heads = n_heads
        self.project = torch.nn.Linear(dim, dim, bias=False)
        # Of the receiving and of the sending node.
        self.scores = torch.nn.Parameter(
            torch.empty(2, n_heads, dim // n_heads)
        )
        torch.nn.init.xavier_uniform_(self.scores)
        self.dropout = torch.nn.Dropout(dropout)

    def forward(self, frames, lens):
        """Attend to all real frames; zero in the padding.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, dim)
            Padded at the end with anything finite.
        lens : torch.Tensor, (batch,)
            Fraction of each row that is real, 0-1.

        Returns
        -------
        torch.Tensor, (batch, frames, dim)
            Same frame rate.
        """
        is_real = real_frames(lens, frames.shape[1])
        nodes = self.project(frames).unflatten(-1, (self.n_heads, -1))
        own, other = ((nodes * score).sum(dim=-1) for score in self.scores)
        # (batch, receiving frames, sending frames, heads)
        edges = F.leaky_relu(own[:, :, None] + other[:, None], self.SLOPE)
        edges = edges.masked_fill(~is_real[:, None, :, None], -torch.inf)
        weights = self.dropout(edges.softmax(dim=2))
        found = torch.einsum("bijh,bjhd->bihd", weights, nodes)
        return F.elu(found.flatten(start_dim=2)) * is_real[..., None]
