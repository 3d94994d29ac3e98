"""Cross-entropy over the utterances whose name is known."""

import torch.nn.functional as F


def masked_cross_entropy(
    logits, names, class_weights=None, label_smoothing=0.0
):
    """Cross-entropy that leaves out what has no label.

    Arguments
    ---------
    logits : torch.Tensor, (batch, classes)
        Unnormalised.
    names : torch.Tensor of int, (batch,)
        Class; rows of -1 are left out.
    class_weights : torch.Tensor, (classes,), optional
        How much each class counts.
    label_smoothing : float
        Share of the target spread over all classes, 0-1.

    Returns
    -------
    torch.Tensor, ()
        In float32, also under autocast; 0 if nothing is labelled.

    Example
    -------
    >>> import torch
    >>> logits = torch.tensor([[0.0, 0.0], [9.0, 0.0]])
    >>> round(naming(logits, torch.tensor([1, -1])).item(), 4)
    0.6931
    """
    logits = logits.float()
    if (names < 0).all():
        return logits.sum() * 0.0  # keeps the graph
    if class_weights is not None:
        class_weights = class_weights.to(logits)
    return F.cross_entropy(
        logits,
        names,
        weight=class_weights,
        ignore_index=-1,
        label_smoothing=label_smoothing,
    )
