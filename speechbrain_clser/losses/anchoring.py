"""Draw an emotion together across languages: by speaker community, by phone.

Our reconstruction of the dual-space anchoring of arXiv 2509.20373, whose full
text was not available to us: two triplet losses, one per space. Distances are
1 - cosine. All pairs of an anchor and a positive count, each against one
semi-hard negative: the nearest that is farther than the positive, or the
farthest when none is (Schroff et al., FaceNet, CVPR 2015).
"""

import torch
import torch.nn.functional as F


def speaker_anchoring(embedding, emotion, language, community, margin=0.2):
    """Draw utterances to those of their emotion and community in other languages.

    A negative is of another emotion. If the batch has such utterances by
    members of the anchor's community (the same style, another emotion), it is
    one of theirs; otherwise one of anybody's.

    Arguments
    ---------
    embedding : torch.Tensor, (batch, dim)
        In speaker space, of any length; only directions count.
    emotion, language : torch.Tensor of int64, (batch,)
        Codes; rows with a -1 are left out.
    community : torch.Tensor of int64, (batch, emotions)
        Of the speaker of each utterance, in the graph of each emotion; -1
        where the speaker has none.
    margin : float
        By which negatives shall be farther than positives.

    Returns
    -------
    torch.Tensor, ()
        In float32, also under autocast. Mean over the anchors that have a
        positive and a negative; 0 if there is none.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Source
    ------
    Our reconstruction: mean_i max(0, d(z_i, z_p) - d(z_i, z_n) + m).

    Example
    -------
    >>> embedding = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    >>> emotion, language = torch.tensor([0, 0, 1]), torch.tensor([0, 1, 0])
    >>> community = torch.zeros(3, 2, dtype=torch.long)
    >>> loss = speaker_anchoring(embedding, emotion, language, community)
    >>> round(loss.item(), 4)  # distances 1 - 1 + 0.2, and 1 - 2 + 0.2
    0.1
    """
    _demand_one_batch(embedding, emotion, language)
    if community.dim() != 2 or len(community) != len(embedding):
        raise ValueError(
            f"community must be ({len(embedding)}, emotions), a column per "
            f"emotion's graph, got {tuple(community.shape)}"
        )
    is_known = (emotion >= 0) & (language >= 0)
    emotion, language = emotion[is_known], language[is_known]
    community = community[is_known]
    # Row i: everybody's community in the graph of the emotion of i.
    beside = community.T[emotion]
    own = beside.diagonal()[:, None]
    is_ally = (beside == own) & (own >= 0)
    is_same = emotion[:, None] == emotion
    is_positive = is_same & is_ally & (language[:, None] != language)
    is_negative = _preferred(~is_same, is_ally)
    weight = torch.ones(len(emotion), device=embedding.device)
    return _triplets(
        embedding, is_known, is_positive, is_negative, weight, margin
    )


def phone_anchoring(
    vectors, phone, emotion, language, community, weight, margin=0.2
):
    """Draw segments to those of their phone and emotion in other languages.

    Positives are of the anchor's community if the batch has such. A negative
    is of the same phone and another emotion, so the loss hears emotion and
    not which phone it is.

    Arguments
    ---------
    vectors : torch.Tensor, (segments, dim)
        In phone space, of any length; only directions count.
    phone, emotion, language : torch.Tensor of int64, (segments,)
        Codes; rows with a -1 are left out.
    community : torch.Tensor of int64, (segments,)
        Of the speaker, in the graph of the segment's emotion; -1 if none.
    weight : torch.Tensor, (segments,)
        How much a segment counts as an anchor: ``AnchorTable.of``. A segment
        of weight 0 is no anchor, but may be a negative.
    margin : float
        By which negatives shall be farther than positives.

    Returns
    -------
    torch.Tensor, ()
        In float32, also under autocast. Weighted mean over the anchors that
        have a positive and a negative; 0 if there is none.

    Raises
    ------
    ValueError
        If the shapes do not fit.

    Source
    ------
    Our reconstruction:
    sum_k w_k max(0, d(y_k, y_p) - d(y_k, y_n) + m) / sum_k w_k.

    Example
    -------
    >>> vectors = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.0, -1.0]])
    >>> emotion, language = torch.tensor([0, 0, 1]), torch.tensor([0, 1, 0])
    >>> codes, weight = torch.zeros(3).long(), torch.tensor([3.0, 1.0, 0.0])
    >>> loss = phone_anchoring(vectors, codes, emotion, language, codes, weight)
    >>> round(loss.item(), 4)  # (3 * 0.2 + 1 * 0) / 4
    0.15
    """
    _demand_one_batch(vectors, phone, emotion, language, community, weight)
    is_known = (phone >= 0) & (emotion >= 0) & (language >= 0)
    phone, emotion, language, community, weight = (
        column[is_known]
        for column in (phone, emotion, language, community, weight)
    )
    is_phone = phone[:, None] == phone
    is_same = emotion[:, None] == emotion
    is_abroad = language[:, None] != language
    is_ally = (community[:, None] == community) & (community[:, None] >= 0)
    is_positive = _preferred(is_phone & is_same & is_abroad, is_ally)
    return _triplets(
        vectors, is_known, is_positive, is_phone & ~is_same, weight, margin
    )


def _demand_one_batch(vectors, *columns):
    shapes = [tuple(column.shape) for column in columns]
    if any(shape != tuple(vectors.shape[:1]) for shape in shapes):
        raise ValueError(
            f"codes and weights must be ({len(vectors)},), one per row of the "
            f"vectors, got {shapes}"
        )


def _preferred(is_candidate, is_ally):
    """Allies among the candidates; all candidates in rows without such."""
    is_best = is_candidate & is_ally
    return torch.where(is_best.any(dim=1, keepdim=True), is_best, is_candidate)


def _triplets(vectors, is_known, is_positive, is_negative, weight, margin):
    """Weighted mean of the hinges of all anchors; masks are (anchor, other)."""
    is_anchor = is_positive.any(dim=1) & is_negative.any(dim=1) & (weight > 0)
    if not is_anchor.any():
        return vectors.float().sum() * 0.0  # keeps the graph
    is_positive, is_negative = is_positive[is_anchor], is_negative[is_anchor]
    with torch.autocast(vectors.device.type, enabled=False):
        unit = F.normalize(vectors[is_known].float(), dim=-1)
        distance = 1 - unit[is_anchor] @ unit.T
        ranked = (
            distance.masked_fill(~is_negative, torch.inf).sort(dim=1).values
        )
        # First negative farther than each other row; the last if none is.
        place = torch.searchsorted(
            ranked.detach(), distance.detach(), right=True
        )
        last = is_negative.sum(dim=1, keepdim=True) - 1
        negative = ranked.gather(1, place.minimum(last))
        hinge = (distance - negative + margin).clamp(min=0) * is_positive
        hinge = hinge.sum(dim=1) / is_positive.sum(dim=1)
        weight = weight[is_anchor].float()
        return (weight * hinge).sum() / weight.sum()
