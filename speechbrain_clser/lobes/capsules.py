"""Pooling of frames by capsules with dynamic routing."""

import torch

from speechbrain_clser.lobes.mask import real_frames
from speechbrain_clser.lobes.pooling import MeanStdPooling
from speechbrain_clser.lobes.stream import averaged

KINDS = ("capsules", "mean_std")


def squash(vectors):
    """Scale vectors to a length of 0-1 and keep their direction.

    Arguments
    ---------
    vectors : torch.Tensor, (..., dim)
        Any finite values.

    Returns
    -------
    torch.Tensor, (..., dim)
        Of length n^2 / (1 + n^2) for a length of n.

    Source
    ------
    Sabour, Frosst and Hinton, Dynamic Routing Between Capsules, NeurIPS 2017,
    equation 1.

    Example
    -------
    >>> squash(torch.tensor([3.0, 4.0]))  # 25 / 26 of the unit vector
    tensor([0.5769, 0.7692])
    """
    squared = vectors.square().sum(dim=-1, keepdim=True)
    # The minimum keeps the gradient of the root finite for vectors of zeros.
    return vectors * squared.clamp(min=1e-12).sqrt() / (1 + squared)


def route(votes, weights, n_routings):
    """Combine the votes of capsules by dynamic routing.

    Each round distributes every voting capsule over the output capsules: evenly in
    the first, then by a softmax of the agreement, the product of its votes and the
    unit vectors of the round before.

    Arguments
    ---------
    votes : torch.Tensor, (batch, capsules, outputs, dim)
        Vote of each capsule for each output capsule.
    weights : torch.Tensor, (batch, capsules)
        Weight of each voting capsule; 0 in the padding.
    n_routings : int
        Number of rounds.

    Returns
    -------
    torch.Tensor, (batch, outputs, dim)
        Squashed.

    Source
    ------
    Wen et al., CTL-MTNet, IJCAI 2022: agreements replace those of the round before,
    unlike in Sabour, Frosst and Hinton, NeurIPS 2017, where they are added.

    Example
    -------
    >>> votes = torch.tensor([[[[6.0], [0.0]]]])  # one capsule, two outputs
    >>> route(votes, torch.ones(1, 1), n_routings=1)  # half of 6 is 3: 9 / 10
    tensor([[[0.9000],
             [0.0000]]])
    """
    agreement = torch.zeros_like(votes[..., 0])
    for n_left in reversed(range(n_routings)):
        coupling = agreement.softmax(dim=-1) * weights[..., None]
        found = (coupling[..., None] * votes).sum(dim=1)
        if n_left:
            units = torch.nn.functional.normalize(found, dim=-1)
            agreement = (votes * units[:, None]).sum(dim=-1)
    return squash(found)


class CapsulePooling(torch.nn.Module):
    """Pool frames to an embedding by primary capsules, self-attention and routing.

    Each averaged frame gives ``n_channels`` primary capsules. They are multiplied by
    the self-attention over all of them and routed to ``n_capsules`` output capsules,
    whose mean is the embedding. Votes are averaged over frames, so that the length of
    the utterance does not matter.

    Arguments
    ---------
    dim : int
        Of the frames.
    kind : str
        ``"capsules"``, or the control ``"mean_std"``, mean and standard deviation.
    capsule_dim : int
        Of all capsules; 64 in the paper.
    n_channels, n_capsules : int
        Number of primary capsules of a frame and of output capsules.
    n_routings : int
        Rounds of routing; 1: all votes count the same.
    n_averaged : int
        Number of neighbouring frames that are averaged to one, in place of the
        pooling between the convolutions of the paper.

    Raises
    ------
    ValueError
        If ``kind`` is neither of the two, or there is no routing.

    Source
    ------
    Wen et al., CTL-MTNet: A Novel CapsNet and Transfer Learning-Based Mixed Task Net
    for Single-Corpus and Cross-Corpus Speech Emotion Recognition, IJCAI 2022, as in
    the authors' program. Averages for any length, and the normalisation of the
    capsules before they vote, which averages need, are ours.

    Example
    -------
    >>> pooling = CapsulePooling(dim=8, capsule_dim=4)
    >>> frames, lens = torch.randn(2, 50, 8), torch.tensor([1.0, 0.5])
    >>> pooling(frames, lens).shape, pooling.output_dim
    (torch.Size([2, 4]), 4)
    """

    def __init__(
        self,
        dim,
        kind="capsules",
        capsule_dim=32,
        n_channels=6,
        n_capsules=6,
        n_routings=3,
        n_averaged=8,
    ):
        super().__init__()
        if kind not in KINDS or n_routings < 1:
            raise ValueError(
                f"expected pooling by {' or '.join(KINDS)} and one routing or more, "
                f"found {kind!r} and {n_routings}"
            )
        self.plain = MeanStdPooling(dim) if kind == "mean_std" else None
        self.output_dim = 2 * dim if self.plain else capsule_dim
        if self.plain is not None:
            return
        self.n_averaged, self.n_routings = n_averaged, n_routings
        self.primary_shape = n_channels, capsule_dim
        self.output_shape = n_capsules, capsule_dim
        self.primary = torch.nn.Linear(dim, n_channels * capsule_dim)
        self.votes = torch.nn.Linear(
            capsule_dim, n_capsules * capsule_dim, bias=False
        )
        self.norm = torch.nn.LayerNorm(capsule_dim)
        self.attention_scale = torch.nn.Parameter(torch.ones(()))

    def forward(self, frames, lens):
        """Pool the real frames of each utterance.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, dim)
            Padded at the end with anything finite.
        lens : torch.Tensor, (batch,)
            Fraction of each row that is real, 0-1.

        Returns
        -------
        torch.Tensor, (batch, output_dim)
            Embedding.
        """
        if self.plain is not None:
            return self.plain(frames, lens)
        frames, lens = averaged(frames, lens, self.n_averaged)
        is_real = real_frames(lens, frames.shape[1])
        capsules = self.primary(frames).unflatten(-1, self.primary_shape)
        capsules = squash(capsules).flatten(1, 2)
        is_capsule = is_real.repeat_interleave(self.primary_shape[0], dim=1)
        similarity = self.attention_scale * capsules @ capsules.transpose(1, 2)
        similarity = similarity.masked_fill(~is_capsule[:, None], -torch.inf)
        capsules = capsules * (similarity.softmax(dim=-1) @ capsules)
        # Products of two vectors shorter than 1 are too small for another squash.
        votes = self.votes(self.norm(capsules)).unflatten(-1, self.output_shape)
        n_real = is_real.sum(dim=1, keepdim=True)
        weights = is_capsule.to(votes) / n_real
        return route(votes, weights, self.n_routings).mean(dim=1)
