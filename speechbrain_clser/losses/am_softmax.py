"""Additive-margin softmax."""

import torch.nn.functional as F

from speechbrain_clser.losses.masked_cross_entropy import masked_cross_entropy


def am_softmax(logits, labels, scale=30.0, margin=0.2):
    """Compute the cross-entropy with a margin on the cosine of the true class.

    Arguments
    ---------
    logits : torch.Tensor, (batch, classes)
        Cosines times ``scale``, of a ``CosineHead``.
    labels : torch.Tensor of int, (batch,)
        Class; rows of -1 are ignored.
    scale : float
        Of the cosines.
    margin : float
        Difference of cosines that is subtracted from that of the true class.

    Returns
    -------
    torch.Tensor, ()
        In float32, also under autocast; 0 if nothing is labelled.

    Source
    ------
    Wang et al., Additive Margin Softmax for Face Verification, IEEE Signal
    Processing Letters 25(7), 2018, equation 5.

    Example
    -------
    >>> import torch
    >>> loss = am_softmax(torch.zeros(1, 2), torch.tensor([0]), 10.0, 0.5)
    >>> round(loss.item(), 4)  # log(1 + exp(5))
    5.0067
    """
    true = F.one_hot(labels.clamp(min=0), logits.shape[-1])
    return masked_cross_entropy(logits - scale * margin * true, labels)
