"""Supervised contrastive loss with weights for cross-lingual pairs."""

import torch
import torch.nn.functional as F


def supcon(embedding, emotion, language, temperature=0.07, language_weight=1.0):
    """Compute the supervised contrastive loss over emotions.

    Arguments
    ---------
    embedding : torch.Tensor, (batch, dim)
        Normalised here.
    emotion : torch.Tensor of int, (batch,)
        Class; rows of -1 are ignored.
    language : torch.Tensor of int, (batch,)
        Codes.
    temperature : float
        Divides the cosines.
    language_weight : float
        Weight of a pair of two languages; a pair of one language has weight 1.

    Returns
    -------
    torch.Tensor, ()
        In float32, also under autocast. Mean over the utterances with a
        positive pair; 0 if there is none.

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
    temperature; utterances without a positive pair are ignored, not counted
    as 0.

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
    is_labelled = emotion >= 0
    emotion, language = emotion[is_labelled], language[is_labelled]
    with torch.autocast(embedding.device.type, enabled=False):
        unit = F.normalize(embedding[is_labelled].float(), dim=-1)
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
