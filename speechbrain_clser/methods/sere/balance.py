"""Regularisation towards balanced predictions of unlabelled utterances."""

import math

import torch


def balance(logits):
    """Compute the divergence of the mean posterior from the uniform distribution.

    sum_c p_c log(p_c C), where p is the mean over the rows: the negative entropy
    of p plus log C, so that the minimum is 0.

    Arguments
    ---------
    logits : torch.Tensor, (batch, classes)
        Unnormalised.

    Returns
    -------
    torch.Tensor, ()
        In float32, also under autocast, 0 to log(classes); 0 for no rows.

    Example
    -------
    >>> logits = torch.tensor([[50.0, 0.0], [50.0, 0.0]])
    >>> round(balance(logits).item(), 4)
    0.6931
    """
    logits = logits.float()
    if not len(logits):
        return logits.sum() * 0.0  # keeps the graph
    with torch.autocast(logits.device.type, enabled=False):
        mean = logits.softmax(dim=-1).mean(dim=0)
        # The entropy has no gradient at a probability of 0.
        mean = mean.clamp(min=1e-6)
        return math.log(len(mean)) - torch.special.entr(mean).sum()
