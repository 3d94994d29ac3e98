"""Concordance loss of predicted values."""


def ccc_loss(values, targets):
    """Compute one minus the concordance correlation of a batch.

    Arguments
    ---------
    values : torch.Tensor, (batch, dimensions)
        Predicted values.
    targets : torch.Tensor, (batch, dimensions)
        Of the same scale; NaN where unlabelled.

    Returns
    -------
    torch.Tensor, ()
        Mean of the dimensions, 0-2, in float32, also under autocast; 0 if fewer
        than two rows are labelled.

    Raises
    ------
    ValueError
        If the shapes differ.

    Source
    ------
    Lin, A Concordance Correlation Coefficient to Evaluate Reproducibility,
    Biometrics 45, 1989; as a loss e.g. by Trigeorgis et al., Adieu Features?,
    ICASSP 2016.

    Example
    -------
    >>> import torch
    >>> x = torch.tensor([[0.0], [1.0]])
    >>> ccc_loss(x, x), round(ccc_loss(x + 1, x).item(), 4)
    (tensor(0.), 0.6667)
    """
    if values.shape != targets.shape:
        raise ValueError(
            f"expected values and targets of one shape, got "
            f"{tuple(values.shape)} and {tuple(targets.shape)}"
        )
    values, targets = values.float(), targets.float()
    is_labelled = ~targets.isnan().any(dim=-1)
    if is_labelled.sum() < 2:
        return values.sum() * 0.0  # keeps the graph
    y, x = values[is_labelled], targets[is_labelled]
    distance = (x.mean(dim=0) - y.mean(dim=0)).square()
    y, x = y - y.mean(dim=0), x - x.mean(dim=0)
    spread = (x.square() + y.square()).mean(dim=0) + distance
    # Equal constants have no correlation; the least spread keeps it finite.
    ccc = 2 * (x * y).mean(dim=0) / spread.clamp(min=1e-8)
    return (1 - ccc).mean()
