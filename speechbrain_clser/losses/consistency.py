"""What is sure of one view of an utterance holds for another view."""

import torch.nn.functional as F


def thresholds(mean_posterior, highest=0.8):
    """Ask less of classes that are found seldom.

    Arguments
    ---------
    mean_posterior : torch.Tensor, (classes,)
        Mean chance of each class over the unlabelled.
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
    """Cross-entropy of one view to what is sure of another.

    Arguments
    ---------
    logits : torch.Tensor, (batch, classes)
        Of the changed view.
    posterior : torch.Tensor, (batch, classes)
        Of the other view; no gradient goes through.
    threshold : torch.Tensor, (classes,)
        Least chance at which each class is believed.

    Returns
    -------
    torch.Tensor, ()
        In float32, also under autocast. Mean over all rows, those not
        believed count as 0; 0 for no rows.

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
    chance, guess = posterior.detach().float().max(dim=-1)
    is_sure = chance >= threshold[guess]
    costs = F.cross_entropy(logits, guess, reduction="none")
    return (costs * is_sure).mean()
