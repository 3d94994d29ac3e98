"""The Instantaneous Resonance Field (IRF): what highlights say of emotions.

Our reconstruction of arXiv 2604.07417, whose equations were not available to
us: every frame resonates with the prototype of every emotion; the strongest
moments of an utterance decide; utterances that resonate share what they found.
"""

import math

import torch
import torch.nn.functional as F


def field(frames, is_highlight, prototypes, temperature=0.1):
    """Strength of each emotion's field at the highlights of each utterance.

    A soft maximum: I_jc = tau log mean_t exp(cos(z_jt, mu_c) / tau), over the
    highlights t. It lies between the mean and the maximum of the cosines; one
    highlight gives its plain cosine.

    Arguments
    ---------
    frames : torch.Tensor, (batch, frames, dim)
        Of any length; only directions count.
    is_highlight : torch.Tensor of bool, (batch, frames)
        At least one in each row.
    prototypes : torch.Tensor, (classes, dim)
        Of any length; one of zeros, not known yet, resonates with nothing.
    temperature : float
        Small, and the strongest frame alone counts.

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
            "every utterance needs a highlight, got none in the rows "
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
    is_known,
    share=0.5,
    n_rounds=2,
    temperature=0.1,
):
    """Let utterances take over what their neighbours have found.

    q <- (1 - h) q + h A q, where A is the softmax of the resonance over the
    neighbours of a row. Who has a label keeps it.

    Arguments
    ---------
    posterior : torch.Tensor, (batch, classes)
        Rows sum to 1; one-hot where an utterance is labelled.
    resonance : torch.Tensor, (batch, batch)
        How much each listens to each.
    is_neighbour : torch.Tensor of bool, (batch, batch)
        Row by row whom an utterance listens to; a row of none stays as it is.
    is_known : torch.Tensor of bool, (batch,)
        Which are labelled.
    share : float
        What a round takes from the neighbours (h), 0-1; 0 changes nothing.
    n_rounds : int
        How often.
    temperature : float
        Of the softmax.

    Returns
    -------
    torch.Tensor, (batch, classes)
        Rows sum to 1.

    Source
    ------
    Our reconstruction; that labelled utterances stay and are listened to is
    label propagation (Zhu and Ghahramani, 2002).

    Example
    -------
    >>> posterior = torch.tensor([[1.0, 0.0], [0.5, 0.5]])
    >>> is_known = torch.tensor([True, False])
    >>> self_organise(
    ...     posterior, torch.ones(2, 2), ~torch.eye(2).bool(), is_known
    ... )
    tensor([[1.0000, 0.0000],
            [0.8750, 0.1250]])
    """
    listens = is_neighbour.any(dim=1) & ~is_known
    if not listens.any():
        return posterior
    scores = resonance[listens].float() / temperature
    scores = scores.masked_fill(~is_neighbour[listens], -torch.inf)
    weights = scores.softmax(dim=-1)
    for _ in range(n_rounds):
        neighbours = weights @ posterior
        posterior = posterior.clone()
        posterior[listens] = (1 - share) * posterior[
            listens
        ] + share * neighbours
    return posterior


def reliability(posterior):
    """Tell how far a posterior is from knowing nothing.

    Arguments
    ---------
    posterior : torch.Tensor, (batch, classes)
        Rows sum to 1.

    Returns
    -------
    torch.Tensor, (batch,)
        1 - entropy / log(classes): 0 if all classes are alike, 1 if sure.

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
