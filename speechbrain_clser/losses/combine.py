"""Named losses meet their weights."""


def combine(losses, weights):
    """Add up named losses, each times its weight.

    A forgotten weight is an error, not a silent zero; 0.0 switches a loss off
    in plain sight.

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
            f"the method gives the losses {sorted(losses)}, loss_weights in "
            f"the YAML names {sorted(weights)}; the two must agree"
        )
    return sum(weights[name] * loss for name, loss in losses.items())
