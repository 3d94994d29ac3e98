"""Cross-entropy over labelled utterances."""

import torch.nn.functional as F


def masked_cross_entropy(
    logits, labels, class_weights=None, label_smoothing=0.0
):
    """Compute the cross-entropy over the labelled rows.

    Arguments
    ---------
    logits : torch.Tensor, (batch, classes)
        Unnormalised.
    labels : torch.Tensor of int, (batch,)
        Class; rows of -1 are ignored.
    class_weights : torch.Tensor, (classes,), optional
        Weight of each class.
    label_smoothing : float
        Label smoothing, 0-1.

    Returns
    -------
    torch.Tensor, ()
        In float32, also under autocast; 0 if nothing is labelled.

    Example
    -------
    >>> import torch
    >>> logits = torch.tensor([[0.0, 0.0], [9.0, 0.0]])
    >>> round(masked_cross_entropy(logits, torch.tensor([1, -1])).item(), 4)
    0.6931
    """
    logits = logits.float()
    if (labels < 0).all():
        return logits.sum() * 0.0  # keeps the graph
    if class_weights is not None:
        class_weights = class_weights.to(logits)
    return F.cross_entropy(
        logits,
        labels,
        weight=class_weights,
        ignore_index=-1,
        label_smoothing=label_smoothing,
    )
