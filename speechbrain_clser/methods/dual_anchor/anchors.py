"""Selection of anchor phones by the similarity of source and target."""

import dataclasses

import torch
import torch.nn.functional as F

FEWEST_SEGMENTS = 3


@dataclasses.dataclass(frozen=True, eq=False)
class AnchorTable:
    """Weight of each phone as an anchor of each emotion.

    Arguments
    ---------
    weight : torch.Tensor, (emotions, phones)
        0 for phones that are no anchor; the mean over the anchors of an emotion
        is 1.
    reliability : torch.Tensor, (emotions, phones)
        Cosine of the two sides less that of the best other emotion, -2 to 2;
        NaN if there are too few segments.
    n_segments : torch.Tensor of int64, (2, emotions, phones)
        Number of segments of source and target.

    Example
    -------
    >>> weight = torch.tensor([[0.5, 1.5], [0.0, 1.0]])
    >>> table = AnchorTable(weight, weight, torch.zeros(2, 2, 2))
    >>> table.of(torch.tensor([0, 1, -1]), torch.tensor([1, 0, 0]))
    tensor([1.5000, 0.0000, 0.0000])
    """

    weight: torch.Tensor
    reliability: torch.Tensor
    n_segments: torch.Tensor

    def of(self, emotion, phone):
        """Look up the weights of segments.

        Arguments
        ---------
        emotion, phone : torch.Tensor of int64, (segments,)
            Codes; a -1 has weight 0.

        Returns
        -------
        torch.Tensor, (segments,)
            At least 0.
        """
        is_labelled = (emotion >= 0) & (phone >= 0)
        return self.weight[emotion, phone] * is_labelled


def anchor_table(
    vectors,
    phone,
    emotion,
    language,
    is_target,
    n_phones,
    n_emotions,
    n_anchors=8,
    min_segments=50,
    temperature=0.1,
):
    """Select the phones whose vectors of an emotion are similar on both sides.

    Vectors are standardised per language and averaged per side, emotion and
    phone. The reliability of a phone as an anchor of an emotion is the cosine of
    its source and target means, minus the largest cosine of the source mean and
    the target mean of another emotion.

    Arguments
    ---------
    vectors : torch.Tensor, (segments, dim)
        Of the training set, one per phone segment.
    phone, emotion, language : torch.Tensor of int64, (segments,)
        Codes; segments with phone or emotion -1 are not averaged, but are
        included in the standardisation. With -1 for consonants, only vowels
        become anchors.
    is_target : torch.Tensor of bool, (segments,)
        Side of a segment: target or source.
    n_phones, n_emotions : int
        Shape of the table.
    n_anchors : int
        Maximum number per emotion.
    min_segments : int
        Minimum number of segments of an emotion and phone on each side. On a
        side with little data, half of the mean number per emotion and phone,
        and at least ``FEWEST_SEGMENTS``.
    temperature : float
        Of the softmax of the weights.

    Returns
    -------
    AnchorTable
        Without anchors where the reliability is not positive.

    Source
    ------
    Our reconstruction of the anchors of arXiv 2509.20373:
    rel(e, p) = cos(c_Sep, c_Tep) - max_e' cos(c_Sep, c_Te'p), e' not e, and
    softmax_p(rel / 0.1), over the best p with rel > 0.

    Example
    -------
    >>> vectors = torch.tensor([[1.0], [-1.0], [2.0], [-2.0]])
    >>> phone, emotion = torch.zeros(4).long(), torch.tensor([0, 1, 0, 1])
    >>> language = torch.tensor([0, 0, 1, 1])
    >>> table = anchor_table(
    ...     vectors,
    ...     phone,
    ...     emotion,
    ...     language,
    ...     language == 1,
    ...     1,
    ...     2,
    ...     min_segments=1,
    ... )
    >>> table.reliability.ravel(), table.weight.ravel()
    (tensor([2., 2.]), tensor([1., 1.]))
    """
    vectors = _standardise(vectors.detach().float(), language)
    is_labelled = (phone >= 0) & (emotion >= 0)
    cell = (is_target.long() * n_emotions + emotion) * n_phones + phone
    shape = (2, n_emotions, n_phones)
    n_segments = torch.bincount(
        cell[is_labelled], minlength=2 * n_emotions * n_phones
    ).view(shape)
    # Only the direction of the mean is used, so the sum is enough.
    centre = vectors.new_zeros(2 * n_emotions * n_phones, vectors.shape[1])
    centre = centre.index_add(0, cell[is_labelled], vectors[is_labelled])
    source, target = F.normalize(centre.view(*shape, -1), dim=-1)
    is_sufficient = n_segments >= _required_segments(n_segments, min_segments)
    reliability = _reliability(source, target, *is_sufficient)
    return AnchorTable(
        _weight(reliability, n_anchors, temperature), reliability, n_segments
    )


def _required_segments(n_segments, min_segments):
    """Return the minimum number of segments on each side, (2, 1, 1)."""
    total = n_segments.sum(dim=(1, 2), keepdim=True)
    n_cells = (n_segments > 0).sum(dim=(1, 2), keepdim=True).clamp(min=1)
    fewest = min(FEWEST_SEGMENTS, min_segments)
    return (total / n_cells / 2).clamp(fewest, min_segments)


def _standardise(vectors, language):
    """Standardise the vectors of each language."""
    vectors = vectors.clone()
    for code in language.unique():
        rows = vectors[language == code]
        deviation = rows.std(dim=0, correction=0).clamp(min=1e-6)
        vectors[language == code] = (rows - rows.mean(dim=0)) / deviation
    return vectors


def _reliability(source, target, is_in_source, is_in_target):
    """Subtract the largest cosine with another emotion from the own cosine."""
    cosine = torch.einsum("epd,fpd->efp", source, target)
    itself = torch.eye(len(cosine), dtype=torch.bool, device=cosine.device)
    own = cosine.diagonal().T
    is_other = is_in_target[None] & ~itself[..., None]
    best_other = cosine.masked_fill(~is_other, -torch.inf).amax(dim=1)
    is_fit = is_in_source & is_in_target & best_other.isfinite()
    return torch.where(is_fit, own - best_other, torch.nan)


def _weight(reliability, n_anchors, temperature):
    """Compute the softmax over the best phones of each emotion, scaled to mean 1."""
    score = reliability.masked_fill(~(reliability > 0), -torch.inf)
    ranked = score.sort(dim=1, descending=True, stable=True).indices
    score = score.scatter(1, ranked[:, n_anchors:], -torch.inf)
    n_chosen = score.isfinite().sum(dim=1, keepdim=True)
    weight = (score / temperature).softmax(dim=1)
    return torch.where(score.isfinite(), weight * n_chosen, 0.0)
