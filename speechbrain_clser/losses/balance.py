"""No emotion may take all unlabelled utterances."""

import math

import torch


def balance(logits):
    """Distance of the mean posterior from an even one.

    The divergence sum_c p_c log(p_c C), p the mean over the rows: the entropy
    of p, negative, plus the constant log C, so that 0 is the best.

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
        # Where a class has no chance at all, the entropy has no gradient.
        mean = mean.clamp(min=1e-6)
        return math.log(len(mean)) - torch.special.entr(mean).sum()
