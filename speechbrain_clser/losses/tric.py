"""The Triple-Resonance Interaction Chain (TRIC), in both of its readings.

Our reconstruction of arXiv 2604.07417, whose equations were not available to
us. Links: labelled with labelled utterances (LL, which is ``supcon`` over two
views), labelled with unlabelled (LU), unlabelled with unlabelled (UU). Chain:
a walk from a labelled utterance to an unlabelled and back (walk, visit).

All take a whole batch. Rows of emotion -1 are the unlabelled; a link whose
utterances a batch does not have costs nothing, so where everything is labelled
only LL is left.
"""

import torch

SMALLEST = 1e-6  # of a probability whose logarithm is taken


def labelled_link(resonance, emotion, posterior, reliability, temperature=0.1):
    """LU: unlabelled utterances go to the shots of what they probably are.

    - sum_j w_j log( sum_i q_j(y_i) P(i | j) ) / sum_j w_j, where P(i | j) is
    the softmax over the labelled i of the resonance with j. What is probable,
    and how reliable that is, are taken as given: no gradient goes through.

    Arguments
    ---------
    resonance : torch.Tensor, (batch, batch)
        Symmetric.
    emotion : torch.Tensor of int64, (batch,)
        Class; -1 for the unlabelled.
    posterior : torch.Tensor, (batch, classes)
        What each utterance probably is; labelled rows are not read.
    reliability : torch.Tensor, (batch,)
        How much an unlabelled utterance counts, 0-1.
    temperature : float
        Divides the resonance.

    Returns
    -------
    torch.Tensor, ()
        In float32, also under autocast; 0 without labelled, unlabelled or
        reliable utterances.

    Source
    ------
    Our reconstruction.

    Example
    -------
    >>> resonance = torch.tensor(
    ...     [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0], [1.0, 0.0, 1.0]]
    ... )
    >>> emotion, ones = torch.tensor([0, 1, -1]), torch.ones(3)
    >>> posterior = torch.tensor([[1.0, 0.0]] * 3)
    >>> round(labelled_link(resonance, emotion, posterior, ones, 1.0).item(), 4)
    0.3133
    """
    _demand_square(resonance, emotion)
    is_known = emotion >= 0
    weight = reliability[~is_known].detach().float()
    if not is_known.any() or not (weight > 0).any():
        return resonance.float().sum() * 0.0  # keeps the graph
    with torch.autocast(resonance.device.type, enabled=False):
        towards = resonance[~is_known][:, is_known].float() / temperature
        belief = posterior[~is_known][:, emotion[is_known]].detach().float()
        belief = belief.clamp(min=SMALLEST).log()
        agreed = (towards.log_softmax(dim=-1) + belief).logsumexp(dim=-1)
        return -(weight * agreed).sum() / weight.sum()


def unlabelled_link(
    resonance, emotion, is_neighbour, posterior, reliability, temperature=0.1
):
    """UU: unlabelled utterances go to neighbours that are probably alike.

    - sum_j w_j log( sum_k w_k <q_j, q_k> P(k | j) ) / sum_j w_j, the inner sum
    over the neighbours k of j; P(k | j) is the softmax, over all unlabelled
    but j, of the resonance. An utterance none of whose neighbours is
    unlabelled and reliable is skipped.

    Arguments
    ---------
    resonance, emotion, posterior, reliability, temperature
        As for ``labelled_link``.
    is_neighbour : torch.Tensor of bool, (batch, batch)
        Row by row.

    Returns
    -------
    torch.Tensor, ()
        In float32, also under autocast; 0 if every utterance is skipped.

    Source
    ------
    Our reconstruction.

    Example
    -------
    >>> resonance, posterior = torch.ones(3, 3), torch.tensor([[0.5, 0.5]] * 3)
    >>> near, emotion = ~torch.eye(3).bool(), torch.full((3,), -1)
    >>> loss = unlabelled_link(
    ...     resonance, emotion, near, posterior, torch.ones(3)
    ... )
    >>> round(loss.item(), 4)  # both others, and alike with a chance of 1/2
    0.6931
    """
    _demand_square(resonance, emotion)
    free = emotion < 0
    posterior = posterior[free].detach().float()
    weight = reliability[free].detach().float()
    near = is_neighbour[free][:, free]
    alike = weight * (posterior @ posterior.T) * near
    use = (alike.sum(dim=-1) > 0) & (weight > 0)
    if not use.any():
        return resonance.float().sum() * 0.0  # keeps the graph
    with torch.autocast(resonance.device.type, enabled=False):
        scores = resonance[free][:, free].float() / temperature
        itself = torch.eye(len(scores), dtype=torch.bool, device=scores.device)
        scores = scores.masked_fill(itself, -torch.inf)[use]
        log_share = scores.log_softmax(dim=-1).masked_fill(itself[use], 0.0)
        agreed = (log_share + alike[use].log()).logsumexp(dim=-1)
        return -(weight[use] * agreed).sum() / weight[use].sum()


def walk(resonance, emotion, temperature=0.1):
    """A walk over the unlabelled and back ends at a shot of its own emotion.

    From a labelled utterance to an unlabelled and back to a labelled, each
    step a softmax of the resonance; cross-entropy to an even chance for all
    labelled utterances of the emotion that it started from.

    Arguments
    ---------
    resonance, emotion, temperature
        As for ``labelled_link``.

    Returns
    -------
    torch.Tensor, ()
        In float32, also under autocast; 0 if nothing is labelled or nothing
        unlabelled.

    Source
    ------
    Haeusser, Mordvintsev and Cremers, Learning by Association, CVPR 2017,
    equations 2-5, with resonance for similarity.

    Example
    -------
    >>> resonance, emotion = torch.zeros(3, 3), torch.tensor([0, 1, -1])
    >>> round(walk(resonance, emotion).item(), 4)  # back to either of two
    0.6931
    """
    outward, back, emotion = _steps(resonance, emotion, temperature)
    if outward is None:
        return resonance.float().sum() * 0.0  # keeps the graph
    with torch.autocast(resonance.device.type, enabled=False):
        ends = (outward @ back).clamp(min=SMALLEST).log()
        is_same = (emotion[:, None] == emotion).float()
        wanted = is_same / is_same.sum(dim=-1, keepdim=True)
        return -(wanted * ends).sum(dim=-1).mean()


def visit(resonance, emotion, temperature=0.1):
    """Walks from the labelled visit all unlabelled utterances alike.

    Arguments
    ---------
    resonance, emotion, temperature
        As for ``labelled_link``.

    Returns
    -------
    torch.Tensor, ()
        Cross-entropy of even visits to those of the first step of ``walk``;
        at best the logarithm of the number of unlabelled. In float32; 0 if
        nothing is labelled or nothing unlabelled.

    Source
    ------
    Haeusser, Mordvintsev and Cremers, CVPR 2017, equation 6.

    Example
    -------
    >>> resonance, emotion = torch.zeros(3, 3), torch.tensor([0, -1, -1])
    >>> round(visit(resonance, emotion).item(), 4)
    0.6931
    """
    outward, _, _ = _steps(resonance, emotion, temperature)
    if outward is None:
        return resonance.float().sum() * 0.0  # keeps the graph
    return -outward.mean(dim=0).clamp(min=SMALLEST).log().mean()


def _steps(resonance, emotion, temperature):
    """Chances of both steps of a walk, and the emotions it starts from."""
    _demand_square(resonance, emotion)
    is_known = emotion >= 0
    if is_known.all() or not is_known.any():
        return None, None, None
    with torch.autocast(resonance.device.type, enabled=False):
        between = resonance[is_known][:, ~is_known].float() / temperature
        outward, back = between.softmax(dim=-1), between.T.softmax(dim=-1)
    return outward, back, emotion[is_known]


def _demand_square(resonance, emotion):
    if resonance.shape != (len(emotion), len(emotion)):
        raise ValueError(
            f"resonance must be ({len(emotion)}, {len(emotion)}), a row and a "
            f"column per emotion, got {tuple(resonance.shape)}"
        )
