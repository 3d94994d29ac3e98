"""Losses that align source and target without target labels.

All are 0 if the batch lacks one of the two domains. ``coral`` is in a module of its
own.
"""

import torch
import torch.nn.functional as F

from speechbrain_clser.losses.coral import coral

BANDWIDTHS = (0.25, 0.5, 1.0, 2.0, 4.0)


def domain_classification(logits, is_target):
    """Compute the binary cross-entropy of a domain classifier.

    Both domains have the same weight, whatever their number of rows. DANN classifies
    the embedding behind a gradient reversal layer, CDAN ``conditioned`` embeddings.

    Arguments
    ---------
    logits : torch.Tensor, (batch,)
        Of the target domain.
    is_target : torch.Tensor of bool, (batch,)
        Domain of each row.

    Returns
    -------
    torch.Tensor, ()
        In float32; log(2) if the domains cannot be distinguished.

    Source
    ------
    Ganin et al., Domain-Adversarial Training of Neural Networks, JMLR 17, 2016.

    Example
    -------
    >>> logits, is_target = (
    ...     torch.tensor([0.0, 0.0]),
    ...     torch.tensor([False, True]),
    ... )
    >>> domain_classification(logits, is_target)
    tensor(0.6931)
    """
    logits = logits.float()
    if is_target.all() or not is_target.any():
        return logits.sum() * 0.0  # keeps the graph
    # -log(1 - p) of the source, -log(p) of the target.
    return (
        F.softplus(logits[~is_target]).mean()
        + F.softplus(-logits[is_target]).mean()
    ) / 2


def conditioned(embedding, logits):
    """Multiply each embedding by the class probabilities (outer product).

    The input of the domain classifier of CDAN.

    Arguments
    ---------
    embedding : torch.Tensor, (batch, dim)
        Of utterances.
    logits : torch.Tensor, (batch, classes)
        Their probabilities get no gradient.

    Returns
    -------
    torch.Tensor, (batch, dim * classes)
        All products of a dimension and a class; those of a class are adjacent.

    Source
    ------
    Long, Cao, Wang and Jordan, Conditional Adversarial Domain Adaptation, NeurIPS
    2018 (multilinear conditioning).

    Example
    -------
    >>> conditioned(torch.tensor([[2.0, 4.0]]), torch.tensor([[0.0, 0.0]]))
    tensor([[1., 2., 1., 2.]])
    """
    posteriors = logits.detach().softmax(dim=-1)
    return (posteriors[:, :, None] * embedding[:, None]).flatten(1)


def margin_disparity(auxiliary_logits, logits, is_target, gamma=1.5):
    """Compute the margin disparity discrepancy (MDD), with the sign of a loss.

    An auxiliary classifier behind a gradient reversal layer is trained to agree with
    the predictions of the classifier on the source and to disagree on the target.

    Arguments
    ---------
    auxiliary_logits : torch.Tensor, (batch, classes)
        Of the auxiliary classifier.
    logits : torch.Tensor, (batch, classes)
        Of the classifier; only the predicted class is used.
    is_target : torch.Tensor of bool, (batch,)
        Domain of each row.
    gamma : float
        Weight of the source, the exponential of the margin.

    Returns
    -------
    torch.Tensor, ()
        In float32: -gamma log p of the source plus -log(1 - p) of the target, where
        p is the auxiliary probability of the predicted class.

    Source
    ------
    Zhang, Liu, Long and Jordan, Bridging Theory and Algorithm for Domain Adaptation,
    ICML 2019.

    Example
    -------
    >>> logits, is_target = torch.zeros(2, 2), torch.tensor([False, True])
    >>> margin_disparity(logits, logits, is_target)  # 2.5 log(2)
    tensor(1.7329)
    """
    log_p = auxiliary_logits.float().log_softmax(dim=-1)
    if is_target.all() or not is_target.any():
        return log_p.sum() * 0.0
    predicted = logits.argmax(dim=-1, keepdim=True)
    # log(1 - p) as the sum of the other probabilities: finite for p = 1.
    others = log_p.scatter(-1, predicted, -torch.inf).logsumexp(dim=-1)
    of_source = -log_p.gather(-1, predicted)[~is_target].mean()
    return gamma * of_source - others[is_target].mean()


def mk_mmd(source, target):
    """Compute the maximum mean discrepancy under several Gaussian kernels.

    Arguments
    ---------
    source, target : torch.Tensor, (rows, dim)
        The loss is 0 if a set has no rows.

    Returns
    -------
    torch.Tensor, ()
        In float32; the squared discrepancy, from 0 to 2: the biased estimate under the
        mean of the kernels exp(-d^2 / (b m)), where m is the median of the squared
        distances of all pairs and b each of ``BANDWIDTHS``.

    Source
    ------
    Long, Cao, Wang and Jordan, Learning Transferable Features with Deep Adaptation
    Networks, ICML 2015, with equal weights of the kernels.

    Example
    -------
    >>> mk_mmd(torch.zeros(2, 1), torch.ones(2, 1))
    tensor(1.2373)
    """
    if min(len(source), len(target)) < 1:
        return (source.float().sum() + target.float().sum()) * 0.0
    rows, n = torch.cat([source, target]).float(), len(source)
    distance = (rows[:, None] - rows).square().sum(dim=-1)
    first, second = torch.triu_indices(len(rows), len(rows), 1)
    median = distance.detach()[first, second].median()
    if median == 0:
        median = distance.detach().mean()
    scaled = distance / median.clamp(min=torch.finfo(rows.dtype).tiny)
    kernel = sum((-scaled / width).exp() for width in BANDWIDTHS)
    kernel = kernel / len(BANDWIDTHS)
    between = kernel[:n, n:].mean()
    return kernel[:n, :n].mean() + kernel[n:, n:].mean() - 2 * between


def layer_anchoring(layers, is_target, n_groups):
    """Average CORAL over groups of neighbouring layers of an encoder.

    Arguments
    ---------
    layers : torch.Tensor, (batch, layers, dim)
        Mean of each layer over the utterance.
    is_target : torch.Tensor of bool, (batch,)
        Domain of each row.
    n_groups : int
        Number of groups of neighbouring layers, which are averaged; at most the
        number of layers.

    Returns
    -------
    torch.Tensor, ()
        In float32; 0 if a domain has fewer than two rows.

    Raises
    ------
    ValueError
        If there are more groups than layers.

    Source
    ------
    Our reconstruction of the group-level variant of Upadhyay et al., A Layer-Anchoring
    Strategy for Enhancing Cross-Lingual Speech Emotion Recognition, Interspeech 2024,
    whose full text was not available to us.

    Example
    -------
    >>> source = torch.tensor([[[1.0], [1.0]], [[-1.0], [-1.0]]])
    >>> layers = torch.cat([source, source * torch.tensor([[2.0], [1.0]])])
    >>> is_target = torch.tensor([False, False, True, True])
    >>> layer_anchoring(layers, is_target, n_groups=2)  # mean of 9 and 0
    tensor(4.5000)
    """
    if not 1 <= n_groups <= layers.shape[1]:
        raise ValueError(
            f"n_groups: expected 1 to {layers.shape[1]}, the number of layers of "
            f"the encoder, found {n_groups}; give fewer groups or more layers"
        )
    groups = [
        group.mean(dim=1) for group in layers.tensor_split(n_groups, dim=1)
    ]
    losses = [coral(g[~is_target], g[is_target]) for g in groups]
    return torch.stack(losses).mean()
