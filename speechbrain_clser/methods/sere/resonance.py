"""Similarity of utterances by weighted cosines of their frames, and neighbours."""

import torch
import torch.nn.functional as F


def gather(frames, weights):
    """Compute the weighted sum of the normalised frames of each utterance.

    Arguments
    ---------
    frames : torch.Tensor, (batch, frames, dim)
        Normalised here.
    weights : torch.Tensor, (batch, frames)
        0 for padding and ignored frames.

    Returns
    -------
    torch.Tensor, (batch, dim)
        In float32, also under autocast.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Example
    -------
    >>> frames = torch.tensor([[[2.0, 0.0], [0.0, 3.0]]])
    >>> gather(frames, torch.tensor([[0.75, 0.25]]))
    tensor([[0.7500, 0.2500]])
    """
    if frames.dim() != 3 or weights.shape != frames.shape[:2]:
        raise ValueError(
            f"expected frames (batch, frames, dim) and weights (batch, "
            f"frames), got {tuple(frames.shape)} and {tuple(weights.shape)}"
        )
    with torch.autocast(frames.device.type, enabled=False):
        unit = F.normalize(frames.float(), dim=-1)
        return (weights.float()[:, None] @ unit)[:, 0]


def resonance(frames, weights, other_frames=None, other_weights=None):
    """Compute the weighted sum of the cosines of all pairs of frames.

    The definition is a double sum over the frames of two utterances,

        R_ij = sum_t sum_t' s_it s_jt' cos(z_it, z_jt').

    The cosine of unit vectors is their inner product, which is linear in both
    arguments, so the sums can be moved inside:

        R_ij = < sum_t s_it z_it , sum_t' s_jt' z_jt' >.

    Each utterance is summed once, followed by one matrix product; an array of
    (batch, batch, frames, frames) is not needed. ``benchmarks/resonance.py``
    measures time and memory.

    Arguments
    ---------
    frames, other_frames : torch.Tensor, (batch, frames, dim)
        Normalised here. Without ``other_frames``, the same.
    weights, other_weights : torch.Tensor, (batch, frames)
        Weight of each frame; 0 in the padding.

    Returns
    -------
    torch.Tensor, (batch, other batch)
        In float32; from -1 to 1 if the weights of an utterance sum to 1.

    Source
    ------
    Our reconstruction of the resonance similarity matrix of arXiv 2604.07417.

    Example
    -------
    >>> frames = torch.tensor([[[1.0, 0.0], [0.0, 1.0]], [[1.0, 0.0]] * 2])
    >>> weights = torch.tensor([[0.5, 0.5], [1.0, 0.0]])
    >>> resonance(frames, weights)
    tensor([[0.5000, 0.5000],
            [0.5000, 1.0000]])
    """
    one = gather(frames, weights)
    if other_frames is None:
        return products(one, one)
    return products(one, gather(other_frames, other_weights))


def products(one, other):
    """Compute the resonance of utterances from their weighted sums.

    Arguments
    ---------
    one : torch.Tensor, (batch, dim)
        From ``gather``.
    other : torch.Tensor, (other batch, dim)
        From ``gather``.

    Returns
    -------
    torch.Tensor, (batch, other batch)
        In float32, also under autocast.

    Example
    -------
    >>> products(torch.tensor([[0.5, 0.0]]), torch.tensor([[1.0, 0.0]]))
    tensor([[0.5000]])
    """
    with torch.autocast(one.device.type, enabled=False):
        return one.float() @ other.float().T


def neighbours(resonance, language, k=10):
    """Find the nearest neighbours of each utterance, half in other languages.

    Half of the neighbours (rounded down) are the best of other languages; the
    rest are the best of all remaining utterances. If other languages have too
    few utterances, the same language supplies the rest.

    Arguments
    ---------
    resonance : torch.Tensor, (batch, batch)
        From -1 to 1.
    language : torch.Tensor of int64, (batch,)
        Codes.
    k : int
        Number of neighbours; all other utterances if there are fewer.

    Returns
    -------
    torch.Tensor of bool, (batch, batch)
        Neighbours of each row; the diagonal is False.

    Source
    ------
    Our reconstruction.

    Example
    -------
    >>> resonance = torch.tensor([[1.0, 0.9, 0.8, 0.1]] * 4)
    >>> neighbours(resonance, torch.tensor([0, 0, 0, 1]), k=2)[0]
    tensor([False,  True, False,  True])
    """
    if len(resonance) < 2:
        return torch.zeros_like(resonance, dtype=torch.bool)
    k = min(k, len(resonance) - 1)
    itself = torch.eye(len(resonance), dtype=torch.bool, device=language.device)
    scores = resonance.detach().float().masked_fill(itself, -torch.inf)
    is_other_language = language[:, None] != language
    forced = _best(scores.masked_fill(~is_other_language, -torch.inf), k // 2)
    return _best(scores.masked_fill(forced & is_other_language, torch.inf), k)


def _best(scores, k):
    """Return a mask of the ``k`` highest scores of each row."""
    marked = torch.zeros_like(scores, dtype=torch.bool)
    return marked.scatter(1, scores.topk(k, dim=1).indices, True)
