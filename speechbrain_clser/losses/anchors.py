"""Which phones carry an emotion alike in two languages, and how surely."""

import dataclasses

import torch
import torch.nn.functional as F

FEWEST_SEGMENTS = 3


@dataclasses.dataclass(frozen=True, eq=False)
class AnchorTable:
    """What each phone is worth as an anchor of each emotion.

    Arguments
    ---------
    weight : torch.Tensor, (emotions, phones)
        0 for what is no anchor; the anchors of an emotion average 1.
    reliability : torch.Tensor, (emotions, phones)
        Cosine of the two sides less that of the best other emotion, -2 to 2;
        nan where too little was heard.
    n_segments : torch.Tensor of int64, (2, emotions, phones)
        Heard on the source's and the target's side.

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
        is_known = (emotion >= 0) & (phone >= 0)
        return self.weight[emotion, phone] * is_known


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
    """Choose the phones that voice an emotion alike on both sides.

    Vectors are standardised per language and averaged per side, emotion and
    phone. A phone is the more reliable an anchor of an emotion, the nearer its
    two averages are, and the farther the source's is from the target's of any
    other emotion.

    Arguments
    ---------
    vectors : torch.Tensor, (segments, dim)
        Of the training material, one per phone that was spoken.
    phone, emotion, language : torch.Tensor of int64, (segments,)
        Codes; a segment with a -1 among the first two is not averaged, though
        its language is standardised by it. With -1 for consonants, only vowels
        become anchors.
    is_target : torch.Tensor of bool, (segments,)
        The side of a segment: language transferred to or from.
    n_phones, n_emotions : int
        Shape of the table.
    n_anchors : int
        Per emotion, at the most.
    min_segments : int
        To be heard of an emotion and phone on each side. On a side where so
        many are rare, half of what an emotion and phone have there in the
        mean, and ``FEWEST_SEGMENTS`` at the least.
    temperature : float
        The lower, the more the most reliable weigh.

    Returns
    -------
    AnchorTable
        Without an anchor where nothing is reliable.

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
    vectors = _standardised(vectors.detach().float(), language)
    is_known = (phone >= 0) & (emotion >= 0)
    cell = (is_target.long() * n_emotions + emotion) * n_phones + phone
    shape = (2, n_emotions, n_phones)
    n_segments = torch.bincount(
        cell[is_known], minlength=2 * n_emotions * n_phones
    ).view(shape)
    # Only the direction of an average is looked at, so the sum will do.
    centre = vectors.new_zeros(2 * n_emotions * n_phones, vectors.shape[1])
    centre = centre.index_add(0, cell[is_known], vectors[is_known])
    source, target = F.normalize(centre.view(*shape, -1), dim=-1)
    is_heard = n_segments >= _enough(n_segments, min_segments)
    reliability = _reliability(source, target, *is_heard)
    return AnchorTable(
        _weight(reliability, n_anchors, temperature), reliability, n_segments
    )


def _enough(n_segments, min_segments):
    """Segments that a phone of an emotion needs on each side, (2, 1, 1)."""
    total = n_segments.sum(dim=(1, 2), keepdim=True)
    n_cells = (n_segments > 0).sum(dim=(1, 2), keepdim=True).clamp(min=1)
    fewest = min(FEWEST_SEGMENTS, min_segments)
    return (total / n_cells / 2).clamp(fewest, min_segments)


def _standardised(vectors, language):
    """Mean 0 and deviation 1 in every language."""
    vectors = vectors.clone()
    for code in language.unique():
        rows = vectors[language == code]
        deviation = rows.std(dim=0, correction=0).clamp(min=1e-6)
        vectors[language == code] = (rows - rows.mean(dim=0)) / deviation
    return vectors


def _reliability(source, target, is_in_source, is_in_target):
    """Cosine of an emotion with itself less that with the best other one."""
    cosine = torch.einsum("epd,fpd->efp", source, target)
    itself = torch.eye(len(cosine), dtype=torch.bool, device=cosine.device)
    own = cosine.diagonal().T
    is_rival = is_in_target[None] & ~itself[..., None]
    rival = cosine.masked_fill(~is_rival, -torch.inf).amax(dim=1)
    is_fit = is_in_source & is_in_target & rival.isfinite()
    return torch.where(is_fit, own - rival, torch.nan)


def _weight(reliability, n_anchors, temperature):
    """Softmax over the best of each emotion, so that they average 1."""
    score = reliability.masked_fill(~(reliability > 0), -torch.inf)
    ranked = score.sort(dim=1, descending=True, stable=True).indices
    score = score.scatter(1, ranked[:, n_anchors:], -torch.inf)
    n_chosen = score.isfinite().sum(dim=1, keepdim=True)
    weight = (score / temperature).softmax(dim=1)
    return torch.where(score.isfinite(), weight * n_chosen, 0.0)
