"""Divergence of predicted probabilities from shares of votes."""

import torch.nn.functional as F


def vote_divergence(logits, shares):
    """Compute the Kullback-Leibler divergence from shares of votes.

    Arguments
    ---------
    logits : torch.Tensor, (batch, classes)
        Unnormalised.
    shares : torch.Tensor, (batch, classes)
        Each row sums to 1; NaN where unlabelled.

    Returns
    -------
    torch.Tensor, ()
        Mean over the labelled rows, in nats, in float32, also under autocast; 0 if
        nothing is labelled.

    Raises
    ------
    ValueError
        If the shapes differ.

    Source
    ------
    As soft labels of emotion e.g. Fayek, Lech and Cavedon, Modeling Subjectiveness
    in Emotion Recognition with Deep Neural Networks, IJCNN 2016.

    Example
    -------
    >>> import torch
    >>> shares = torch.tensor([[0.5, 0.5], [1.0, 0.0]])
    >>> round(
    ...     vote_divergence(torch.zeros(2, 2), shares).item(), 4
    ... )  # (0 + ln 2) / 2
    0.3466
    """
    if logits.shape != shares.shape:
        raise ValueError(
            f"expected logits and shares of one shape, got "
            f"{tuple(logits.shape)} and {tuple(shares.shape)}"
        )
    logits, shares = logits.float(), shares.float()
    is_labelled = ~shares.isnan().any(dim=-1)
    if not is_labelled.any():
        return logits.sum() * 0.0  # keeps the graph
    return F.kl_div(
        logits[is_labelled].log_softmax(dim=-1),
        shares[is_labelled],
        reduction="batchmean",
    )
