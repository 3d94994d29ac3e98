"""Weighted sum of named losses."""


def combine(losses, weights):
    """Compute the weighted sum of named losses.

    A missing weight is an error; a weight of 0.0 disables a loss.

    Arguments
    ---------
    losses : dict
        Name to torch.Tensor, ().
    weights : dict
        Name to float; the same names.

    Returns
    -------
    torch.Tensor, ()
        Weighted sum.

    Raises
    ------
    KeyError
        If the names differ.

    Example
    -------
    >>> combine(
    ...     {"emotion": 2.0, "speaker": 3.0}, {"emotion": 1.0, "speaker": 0.5}
    ... )
    3.5
    """
    if losses.keys() != weights.keys():
        raise KeyError(
            f"expected loss_weights for the losses {sorted(losses)}, found "
            f"{sorted(weights)} in the YAML; the two must agree"
        )
    return sum(weights[name] * loss for name, loss in losses.items())
