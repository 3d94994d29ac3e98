"""The Triple-Resonance Interaction Chain (TRIC), in two variants.

Our reconstruction of arXiv 2604.07417, whose equations were not available to
us. Links: labelled with labelled utterances (LL, which is ``supcon`` over two
views), labelled with unlabelled (LU), unlabelled with unlabelled (UU). Chain:
a walk from a labelled to an unlabelled utterance and back (walk, visit).

All functions take a whole batch. Rows of emotion -1 are unlabelled; a loss is
0 if the batch lacks its kind of utterances, so with all rows labelled only LL
remains.
"""

import torch

SMALLEST = 1e-6  # lower bound of probabilities before the logarithm


def labelled_link(resonance, emotion, posterior, reliability, temperature=0.1):
    """Compute LU: attract unlabelled to labelled utterances of their class.

    - sum_j w_j log( sum_i q_j(y_i) P(i | j) ) / sum_j w_j, where P(i | j) is
    the softmax over the labelled i of the resonance with j. Posteriors q and
    reliabilities w have no gradient.

    Arguments
    ---------
    resonance : torch.Tensor, (batch, batch)
        Symmetric.
    emotion : torch.Tensor of int64, (batch,)
        Class; -1 if unlabelled.
    posterior : torch.Tensor, (batch, classes)
        Of each utterance; labelled rows are ignored.
    reliability : torch.Tensor, (batch,)
        Weight of each unlabelled utterance, 0-1.
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
    _check_square(resonance, emotion)
    is_labelled = emotion >= 0
    weight = reliability[~is_labelled].detach().float()
    if not is_labelled.any() or not (weight > 0).any():
        return resonance.float().sum() * 0.0  # keeps the graph
    with torch.autocast(resonance.device.type, enabled=False):
        similarity = (
            resonance[~is_labelled][:, is_labelled].float() / temperature
        )
        log_posterior = (
            posterior[~is_labelled][:, emotion[is_labelled]].detach().float()
        )
        log_posterior = log_posterior.clamp(min=SMALLEST).log()
        agreed = (similarity.log_softmax(dim=-1) + log_posterior).logsumexp(
            dim=-1
        )
        return -(weight * agreed).sum() / weight.sum()


def unlabelled_link(
    resonance, emotion, is_neighbour, posterior, reliability, temperature=0.1
):
    """Compute UU: attract unlabelled neighbours with similar posteriors.

    - sum_j w_j log( sum_k w_k <q_j, q_k> P(k | j) ) / sum_j w_j, the inner sum
    over the neighbours k of j; P(k | j) is the softmax, over all unlabelled
    but j, of the resonance. Utterances without an unlabelled neighbour of
    positive reliability are ignored.

    Arguments
    ---------
    resonance, emotion, posterior, reliability, temperature
        As for ``labelled_link``.
    is_neighbour : torch.Tensor of bool, (batch, batch)
        Neighbours of each row.

    Returns
    -------
    torch.Tensor, ()
        In float32, also under autocast; 0 if all utterances are ignored.

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
    >>> round(loss.item(), 4)  # two neighbours, of one class with p = 1/2
    0.6931
    """
    _check_square(resonance, emotion)
    unlabelled = emotion < 0
    posterior = posterior[unlabelled].detach().float()
    weight = reliability[unlabelled].detach().float()
    near = is_neighbour[unlabelled][:, unlabelled]
    agreement = weight * (posterior @ posterior.T) * near
    use = (agreement.sum(dim=-1) > 0) & (weight > 0)
    if not use.any():
        return resonance.float().sum() * 0.0  # keeps the graph
    with torch.autocast(resonance.device.type, enabled=False):
        scores = resonance[unlabelled][:, unlabelled].float() / temperature
        itself = torch.eye(len(scores), dtype=torch.bool, device=scores.device)
        scores = scores.masked_fill(itself, -torch.inf)[use]
        log_share = scores.log_softmax(dim=-1).masked_fill(itself[use], 0.0)
        agreed = (log_share + agreement[use].log()).logsumexp(dim=-1)
        return -(weight[use] * agreed).sum() / weight[use].sum()


def walk(resonance, emotion, temperature=0.1):
    """Compute the walk loss: random walks return to the emotion of their start.

    A walk goes from a labelled utterance to an unlabelled one and back to a
    labelled one; each step is a softmax of the resonance. The target is a
    uniform distribution over the labelled utterances of the first emotion.

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
        target = is_same / is_same.sum(dim=-1, keepdim=True)
        return -(target * ends).sum(dim=-1).mean()


def visit(resonance, emotion, temperature=0.1):
    """Compute the visit loss: random walks visit unlabelled utterances uniformly.

    Arguments
    ---------
    resonance, emotion, temperature
        As for ``labelled_link``.

    Returns
    -------
    torch.Tensor, ()
        Cross-entropy of the visit probabilities of the first step of ``walk``
        to the uniform distribution; at least the logarithm of the number of
        unlabelled utterances. In float32; 0 if nothing is labelled or nothing
        unlabelled.

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
    """Return the transition probabilities of both steps, and the first emotions."""
    _check_square(resonance, emotion)
    is_labelled = emotion >= 0
    if is_labelled.all() or not is_labelled.any():
        return None, None, None
    with torch.autocast(resonance.device.type, enabled=False):
        between = resonance[is_labelled][:, ~is_labelled].float() / temperature
        outward, back = between.softmax(dim=-1), between.T.softmax(dim=-1)
    return outward, back, emotion[is_labelled]


def _check_square(resonance, emotion):
    if resonance.shape != (len(emotion), len(emotion)):
        raise ValueError(
            f"expected resonance of shape ({len(emotion)}, {len(emotion)}), a "
            f"row and a column per utterance, found {tuple(resonance.shape)}"
        )
