"""Triplet losses across languages: by speaker community and by phone.

Our reconstruction of the dual-space anchoring of arXiv 2509.20373, whose full
text was not available to us: two triplet losses, one per space. Distances are
1 - cosine. Each pair of an anchor and a positive has one semi-hard negative:
the nearest that is farther than the positive, else the farthest (Schroff et
al., FaceNet, CVPR 2015).
"""

import torch
import torch.nn.functional as F


def speaker_anchoring(embedding, emotion, language, community, margin=0.2):
    """Compute a triplet loss over emotion, community and language.

    Positives share emotion and community with the anchor and have another
    language. Negatives have another emotion; those of speakers of the anchor's
    community (same style, other emotion) are used if the batch has any,
    otherwise all.

    Arguments
    ---------
    embedding : torch.Tensor, (batch, dim)
        In speaker space; normalised here.
    emotion, language : torch.Tensor of int64, (batch,)
        Codes; rows with a -1 are ignored.
    community : torch.Tensor of int64, (batch, emotions)
        Community of the speaker of each utterance in the graph of each emotion;
        -1 if none.
    margin : float
        Margin between the distances of negatives and positives.

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
    _check_lengths(embedding, emotion, language)
    if community.dim() != 2 or len(community) != len(embedding):
        raise ValueError(
            f"expected community of shape ({len(embedding)}, emotions), found "
            f"{tuple(community.shape)}"
        )
    is_labelled = (emotion >= 0) & (language >= 0)
    emotion, language = emotion[is_labelled], language[is_labelled]
    community = community[is_labelled]
    # Row i: communities of all rows in the graph of the emotion of i.
    communities = community.T[emotion]
    own = communities.diagonal()[:, None]
    same_community = (communities == own) & (own >= 0)
    is_same = emotion[:, None] == emotion
    is_positive = is_same & same_community & (language[:, None] != language)
    is_negative = _prefer(~is_same, same_community)
    weight = torch.ones(len(emotion), device=embedding.device)
    return _triplets(
        embedding, is_labelled, is_positive, is_negative, weight, margin
    )


def phone_anchoring(
    vectors, phone, emotion, language, community, weight, margin=0.2
):
    """Compute a triplet loss over phone, emotion and language.

    Positives share phone and emotion with the anchor and have another language;
    those of the anchor's community are used if the batch has any, otherwise
    all. Negatives share the phone and have another emotion, so that the loss
    depends on the emotion and not on the phone.

    Arguments
    ---------
    vectors : torch.Tensor, (segments, dim)
        In phone space; normalised here.
    phone, emotion, language : torch.Tensor of int64, (segments,)
        Codes; rows with a -1 are ignored.
    community : torch.Tensor of int64, (segments,)
        Community of the speaker in the graph of the segment's emotion; -1 if
        none.
    weight : torch.Tensor, (segments,)
        Anchor weights: ``AnchorTable.of``. A segment of weight 0 is no anchor,
        but may be a negative.
    margin : float
        Margin between the distances of negatives and positives.

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
    _check_lengths(vectors, phone, emotion, language, community, weight)
    is_labelled = (phone >= 0) & (emotion >= 0) & (language >= 0)
    phone, emotion, language, community, weight = (
        column[is_labelled]
        for column in (phone, emotion, language, community, weight)
    )
    is_phone = phone[:, None] == phone
    is_same = emotion[:, None] == emotion
    crosses = language[:, None] != language
    same_community = (community[:, None] == community) & (
        community[:, None] >= 0
    )
    is_positive = _prefer(is_phone & is_same & crosses, same_community)
    return _triplets(
        vectors, is_labelled, is_positive, is_phone & ~is_same, weight, margin
    )


def _check_lengths(vectors, *columns):
    shapes = [tuple(column.shape) for column in columns]
    if any(shape != tuple(vectors.shape[:1]) for shape in shapes):
        raise ValueError(
            f"expected codes and weights of shape ({len(vectors)},), one per "
            f"row of the vectors, found {shapes}"
        )


def _prefer(is_candidate, is_preferred):
    """Keep the preferred candidates of each row; all if none is preferred."""
    is_best = is_candidate & is_preferred
    return torch.where(is_best.any(dim=1, keepdim=True), is_best, is_candidate)


def _triplets(vectors, is_labelled, is_positive, is_negative, weight, margin):
    """Compute the weighted mean hinge of all anchors; masks are (anchor, other)."""
    is_anchor = is_positive.any(dim=1) & is_negative.any(dim=1) & (weight > 0)
    if not is_anchor.any():
        return vectors.float().sum() * 0.0  # keeps the graph
    is_positive, is_negative = is_positive[is_anchor], is_negative[is_anchor]
    with torch.autocast(vectors.device.type, enabled=False):
        unit = F.normalize(vectors[is_labelled].float(), dim=-1)
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
