"""Supervised contrastive loss in which pairs across languages may count more."""

import torch
import torch.nn.functional as F


def supcon(embedding, emotion, language, temperature=0.07, language_weight=1.0):
    """Pull utterances of one emotion together, languages apart the most.

    Arguments
    ---------
    embedding : torch.Tensor, (batch, dim)
        Of any length; only directions count.
    emotion : torch.Tensor of int, (batch,)
        Class; rows of -1 are left out.
    language : torch.Tensor of int, (batch,)
        Any codes.
    temperature : float
        Divides the cosines.
    language_weight : float
        Of a pair that speaks two languages; a pair of one language weighs 1.

    Returns
    -------
    torch.Tensor, ()
        In float32, also under autocast. Mean over the utterances that have a
        partner of their emotion; 0 if there is none.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Source
    ------
    Mi, Ma and Toda, Learning Emotion-discriminative Representations for
    Zero-Shot Cross-lingual Speech Emotion Recognition, Interspeech 2026,
    equations 7 and 8; weight 1 is the loss of Khosla et al., Supervised
    Contrastive Learning, NeurIPS 2020. The paper does not report the
    temperature; utterances without a partner are skipped, not counted as 0.

    Example
    -------
    >>> embedding = torch.tensor([[1.0, 0.0], [1.0, 0.0], [-1.0, 0.0]])
    >>> emotion, language = torch.tensor([0, 0, 1]), torch.tensor([0, 1, 0])
    >>> round(supcon(embedding, emotion, language, temperature=1.0).item(), 4)
    0.1269
    """
    if not len(embedding) == len(emotion) == len(language):
        raise ValueError(
            f"embedding, emotion and language must be of one batch, got "
            f"{len(embedding)}, {len(emotion)} and {len(language)} rows"
        )
    known = emotion >= 0
    emotion, language = emotion[known], language[known]
    with torch.autocast(embedding.device.type, enabled=False):
        unit = F.normalize(embedding[known].float(), dim=-1)
        itself = torch.eye(len(unit), dtype=torch.bool, device=unit.device)
        scores = (unit @ unit.T / temperature).masked_fill(itself, -torch.inf)
        log_share = scores.log_softmax(dim=-1).masked_fill(itself, 0.0)
        is_pair = (emotion[:, None] == emotion) & ~itself
        has_pair = is_pair.any(dim=-1)
        if not has_pair.any():
            return embedding.float().sum() * 0.0  # keeps the graph
        crosses = language[:, None] != language
        weight = is_pair * torch.where(crosses, language_weight, 1.0)
        attraction = (weight * log_share).sum(dim=-1)[has_pair]
        return -(attraction / weight.sum(dim=-1)[has_pair]).mean()
