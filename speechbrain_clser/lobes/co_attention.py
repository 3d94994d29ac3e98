"""Weighting of frames by an utterance vector."""

import math

import torch

from speechbrain_clser.lobes.mask import real_frames

KINDS = ("co_attention", "mean")


class CoAttention(torch.nn.Module):
    """Average the frames of a stream with weights that depend on other streams.

    The weights are a softmax over the real frames of the product of a projected query,
    an utterance vector of the other streams, and each frame.

    Arguments
    ---------
    query_dim : int
        Of the query.
    dim : int
        Of the frames.
    kind : str
        ``"co_attention"``, or the control ``"mean"``: equal weights.

    Raises
    ------
    ValueError
        If ``kind`` is neither of the two.

    Source
    ------
    Goel et al., CAMuLeNet, Interspeech 2024, arXiv 2406.08931: there, a query of 1500
    numbers is the weights of the 1500 frames of Whisper. The product with each frame
    and the softmax, which serve any number of frames, are ours.

    Example
    -------
    >>> lobe = CoAttention(query_dim=3, dim=2)
    >>> frames, lens = torch.ones(1, 5, 2), torch.ones(1)
    >>> lobe(torch.randn(1, 3), frames, lens)
    tensor([[1., 1.]], grad_fn=...)
    """

    def __init__(self, query_dim, dim, kind="co_attention"):
        super().__init__()
        if kind not in KINDS:
            raise ValueError(
                f"expected frame weights by {' or '.join(KINDS)}, found {kind!r}"
            )
        self.project = None
        if kind == "co_attention":
            self.project = torch.nn.Linear(query_dim, dim)

    def forward(self, query, frames, lens):
        """Average the frames of each utterance.

        Arguments
        ---------
        query : torch.Tensor, (batch, query_dim)
            Of the other streams.
        frames : torch.Tensor, (batch, frames, dim)
            Padded at the end with anything finite.
        lens : torch.Tensor, (batch,)
            Fraction of each row that is real, 0-1.

        Returns
        -------
        torch.Tensor, (batch, dim)
            Weighted mean of the real frames.
        """
        is_real = real_frames(lens, frames.shape[1])
        scores = torch.zeros_like(frames[..., 0])
        if self.project is not None:
            scores = (frames @ self.project(query)[..., None])[..., 0]
            scores = scores / math.sqrt(frames.shape[-1])
        weights = scores.masked_fill(~is_real, -torch.inf).softmax(dim=-1)
        return (weights[:, None] @ frames)[:, 0]
