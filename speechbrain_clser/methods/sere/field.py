"""The Instantaneous Resonance Field (IRF): class scores from highlight frames.

Our reconstruction of arXiv 2604.07417, whose equations were not available to
us: the cosines of frames and emotion prototypes are pooled by a soft maximum,
and the posteriors are propagated between similar utterances.
"""

import math

import torch
import torch.nn.functional as F


def field(frames, is_highlight, prototypes, temperature=0.1):
    """Compute the field strength of each emotion from the highlights.

    A soft maximum: I_jc = tau log mean_t exp(cos(z_jt, mu_c) / tau), over the
    highlights t. It lies between the mean and the maximum of the cosines, and
    is the cosine for one highlight.

    Arguments
    ---------
    frames : torch.Tensor, (batch, frames, dim)
        Normalised here.
    is_highlight : torch.Tensor of bool, (batch, frames)
        At least one in each row.
    prototypes : torch.Tensor, (classes, dim)
        Normalised here; a prototype of zeros, not yet estimated, has strength 0.
    temperature : float
        The lower, the closer to the maximum.

    Returns
    -------
    torch.Tensor, (batch, classes)
        From -1 to 1, in float32, also under autocast.

    Raises
    ------
    ValueError
        If an utterance has no highlight.

    Source
    ------
    Our reconstruction.

    Example
    -------
    >>> frames = torch.tensor([[[1.0, 0.0], [0.0, 1.0]]])
    >>> both, one = torch.tensor([[True, True]]), torch.tensor([[True, False]])
    >>> prototypes = torch.tensor([[1.0, 0.0]])
    >>> field(frames, one, prototypes), field(frames, both, prototypes, 1.0)
    (tensor([[1.]]), tensor([[0.6201]]))
    """
    is_exported = torch.compiler.is_exporting()  # its graph cannot raise
    if not is_exported and not is_highlight.any(dim=1).all():
        raise ValueError(
            "expected a highlight in each utterance, found none in the rows "
            f"{(~is_highlight.any(dim=1)).nonzero().flatten().tolist()}"
        )
    with torch.autocast(frames.device.type, enabled=False):
        cosines = (
            F.normalize(frames.float(), dim=-1)
            @ F.normalize(prototypes.float(), dim=-1).mT
        )
        cosines = cosines / temperature
        cosines = cosines.masked_fill(~is_highlight[..., None], -torch.inf)
        n_highlights = is_highlight.sum(dim=1, keepdim=True)
        return temperature * (cosines.logsumexp(dim=1) - n_highlights.log())


def self_organise(
    posterior,
    resonance,
    is_neighbour,
    is_labelled,
    alpha=0.5,
    n_rounds=2,
    temperature=0.1,
):
    """Propagate posteriors between neighbouring utterances.

    q <- (1 - h) q + h A q, where A is the softmax of the resonance over the
    neighbours of a row. Labelled utterances do not change.

    Arguments
    ---------
    posterior : torch.Tensor, (batch, classes)
        Rows sum to 1; one-hot where an utterance is labelled.
    resonance : torch.Tensor, (batch, batch)
        Similarity of each pair.
    is_neighbour : torch.Tensor of bool, (batch, batch)
        Neighbours of each row; rows without neighbours do not change.
    is_labelled : torch.Tensor of bool, (batch,)
        Which utterances are labelled.
    alpha : float
        Weight of the neighbours in a round (h), 0-1.
    n_rounds : int
        Number of rounds.
    temperature : float
        Of the softmax.

    Returns
    -------
    torch.Tensor, (batch, classes)
        Rows sum to 1.

    Source
    ------
    Our reconstruction, after label propagation (Zhu and Ghahramani, 2002),
    which keeps the labels of labelled utterances.

    Example
    -------
    >>> posterior = torch.tensor([[1.0, 0.0], [0.5, 0.5]])
    >>> is_labelled = torch.tensor([True, False])
    >>> self_organise(
    ...     posterior, torch.ones(2, 2), ~torch.eye(2).bool(), is_labelled
    ... )
    tensor([[1.0000, 0.0000],
            [0.8750, 0.1250]])
    """
    is_updated = is_neighbour.any(dim=1) & ~is_labelled
    if not is_updated.any():
        return posterior
    scores = resonance[is_updated].float() / temperature
    scores = scores.masked_fill(~is_neighbour[is_updated], -torch.inf)
    weights = scores.softmax(dim=-1)
    for _ in range(n_rounds):
        neighbours = weights @ posterior
        posterior = posterior.clone()
        posterior[is_updated] = (1 - alpha) * posterior[
            is_updated
        ] + alpha * neighbours
    return posterior


def reliability(posterior):
    """Compute one minus the normalised entropy of posteriors.

    Arguments
    ---------
    posterior : torch.Tensor, (batch, classes)
        Rows sum to 1.

    Returns
    -------
    torch.Tensor, (batch,)
        1 - entropy / log(classes): 0 for a uniform, 1 for a one-hot posterior.

    Source
    ------
    Our reconstruction.

    Example
    -------
    >>> reliability(torch.tensor([[0.5, 0.5], [0.0, 1.0]]))
    tensor([0., 1.])
    """
    entropy = torch.special.entr(posterior).sum(dim=-1)
    return (1 - entropy / math.log(posterior.shape[-1])).clamp(min=0, max=1)
