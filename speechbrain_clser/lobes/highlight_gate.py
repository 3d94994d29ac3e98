"""Attention weights over the highest-scoring frames of an utterance."""

import torch

from speechbrain_clser.lobes.mask import real_frames

GATES = ("highlights", "mean")


class HighlightGate(torch.nn.Module):
    """Weight the highest-scoring frames; all other frames have weight 0.

    The score of a frame depends on its encoding and its dynamic features. The
    highest-scoring fraction of the frames are the highlights; their weights are
    the softmax of their scores.

    Arguments
    ---------
    dim : int
        Of the encoded frames.
    dynamics_dim : int
        Dimension of the dynamic features; 0 if there are none.
    hidden_dim : int
        Hidden dimension of the scores.
    share : float
        Fraction of the real frames that are highlights, 0-1; at least one frame.
    temperature : float
        Of the softmax.
    gate : str
        ``"highlights"``, or the control ``"mean"``: equal weights of all real
        frames.

    Raises
    ------
    ValueError
        If ``gate`` is neither.

    Source
    ------
    Our reconstruction of the emotional highlights of arXiv 2604.07417.

    Example
    -------
    >>> gate = HighlightGate(2, hidden_dim=4, share=0.5)
    >>> weights = gate(torch.rand(1, 8, 2), None, torch.tensor([0.5]))
    >>> int((weights > 0).sum()), round(weights.sum().item(), 4)
    (2, 1.0)
    """

    def __init__(
        self,
        dim,
        dynamics_dim=0,
        hidden_dim=32,
        share=0.25,
        temperature=0.5,
        gate="highlights",
    ):
        super().__init__()
        if gate not in GATES:
            raise ValueError(
                f"gate must be one of {', '.join(GATES)}, got {gate!r}"
            )
        self.share, self.temperature, self.gate = share, temperature, gate
        self.encoded = torch.nn.Linear(dim, hidden_dim)
        self.dynamics = None
        if dynamics_dim:
            self.dynamics = torch.nn.Linear(
                dynamics_dim, hidden_dim, bias=False
            )
        self.score = torch.nn.Linear(hidden_dim, 1, bias=False)

    def forward(self, frames, dynamics, lens):
        """Compute the frame weights of a batch.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, dim)
            Encoded.
        dynamics : torch.Tensor, (batch, frames, dynamics_dim), or None
            Output of ``DeltaFeatures``.
        lens : torch.Tensor, (batch,)
            Fraction of each row that is real, 0-1.

        Returns
        -------
        torch.Tensor, (batch, frames)
            0 except at highlights; rows sum to 1.
        """
        real = real_frames(lens, frames.shape[1])
        hidden = self.encoded(frames)
        if self.dynamics is not None:
            hidden = hidden + self.dynamics(dynamics)
        scores = self.score(hidden.tanh())[..., 0].float()
        if self.gate == "mean":
            # The scores stay in the graph: every parameter has a gradient, 0.
            scores, share = scores * 0.0, 1.0
        else:
            scores, share = scores / self.temperature, self.share
        scores = scores.masked_fill(~real, -torch.inf)
        n_highlights = (share * real.sum(dim=1, keepdim=True)).ceil()
        rank = scores.argsort(dim=1, descending=True, stable=True).argsort(1)
        is_highlight = real & (rank < n_highlights.clamp(min=1))
        return scores.masked_fill(~is_highlight, -torch.inf).softmax(dim=1)
