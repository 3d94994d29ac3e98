"""Focal loss."""

import torch
import torch.nn.functional as F

from speechbrain_clser.losses.masked_cross_entropy import masked_cross_entropy


def focal(logits, labels, gamma, class_weights=None, label_smoothing=0.0):
    """Compute the cross-entropy with less weight for confident correct rows.

    Arguments
    ---------
    logits, labels, class_weights, label_smoothing
        As for ``masked_cross_entropy``; rows of -1 are ignored.
    gamma : float
        0 or more. The cross-entropy of a row is multiplied by
        ``(1 - p) ** gamma``, where p is the probability of its label; 0:
        ``masked_cross_entropy``.

    Returns
    -------
    torch.Tensor, ()
        Mean over the labelled rows, weighted by ``class_weights``, in float32, also
        under autocast; 0 if nothing is labelled.

    Raises
    ------
    ValueError
        If ``gamma`` is negative.

    Source
    ------
    Lin, Goyal, Girshick, He and Dollár, Focal Loss for Dense Object Detection,
    ICCV 2017, equation 5, with softmax instead of sigmoid and a mean over the
    batch; label smoothing is not in the paper.

    Example
    -------
    >>> logits = torch.tensor([[0.0, 0.0], [9.0, 0.0]])  # p = 1 / 2
    >>> round(focal(logits, torch.tensor([1, -1]), gamma=2.0).item(), 4)
    0.1733
    """
    if gamma < 0:
        raise ValueError(f"gamma must be 0 or more, got {gamma}")
    if gamma == 0 or (labels < 0).all():
        return masked_cross_entropy(
            logits, labels, class_weights, label_smoothing
        )
    logits, labels = logits[labels >= 0].float(), labels[labels >= 0]
    if class_weights is None:
        class_weights = torch.ones(logits.shape[1])
    class_weights = class_weights.to(logits)
    losses = F.cross_entropy(
        logits,
        labels,
        class_weights,
        reduction="none",
        label_smoothing=label_smoothing,
    )
    p = logits.softmax(dim=-1).gather(1, labels[:, None])[:, 0]
    # At p = 1, the gradient of a root would be infinite.
    factor = (1 - p).clamp(min=torch.finfo(p.dtype).eps) ** gamma
    return (factor * losses).sum() / class_weights[labels].sum()
