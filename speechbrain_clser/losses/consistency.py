"""Consistency of two views of unlabelled utterances by pseudo-labels."""

import torch.nn.functional as F


def thresholds(mean_posterior, highest=0.8):
    """Compute class thresholds, lower for less frequent classes.

    Arguments
    ---------
    mean_posterior : torch.Tensor, (classes,)
        Mean probability of each class over the unlabelled utterances.
    highest : float
        Threshold of the most frequent class, 0-1.

    Returns
    -------
    torch.Tensor, (classes,)
        0 to ``highest``, in proportion to the mean.

    Source
    ------
    Wang et al., FreeMatch, ICLR 2023, equation 8, with a fixed global
    threshold.

    Example
    -------
    >>> import torch
    >>> thresholds(torch.tensor([0.5, 0.25, 0.25]))
    tensor([0.8000, 0.4000, 0.4000])
    """
    return highest * mean_posterior / mean_posterior.max()


def consistency(logits, posterior, threshold):
    """Compute the cross-entropy of one view to confident pseudo-labels of another.

    Arguments
    ---------
    logits : torch.Tensor, (batch, classes)
        Of the augmented view.
    posterior : torch.Tensor, (batch, classes)
        Of the other view; without gradient.
    threshold : torch.Tensor, (classes,)
        Minimum probability of a pseudo-label of each class.

    Returns
    -------
    torch.Tensor, ()
        In float32, also under autocast. Mean over all rows, where rows without
        a pseudo-label count as 0; 0 for no rows.

    Source
    ------
    Sohn et al., FixMatch, NeurIPS 2020, equation 4.

    Example
    -------
    >>> import torch
    >>> logits = torch.zeros(2, 2)
    >>> posterior = torch.tensor([[0.9, 0.1], [0.6, 0.4]])
    >>> round(consistency(logits, posterior, torch.full((2,), 0.8)).item(), 4)
    0.3466
    """
    logits = logits.float()
    if not len(logits):
        return logits.sum() * 0.0  # keeps the graph
    probability, predicted = posterior.detach().float().max(dim=-1)
    is_confident = probability >= threshold[predicted]
    losses = F.cross_entropy(logits, predicted, reduction="none")
    return (losses * is_confident).mean()
