"""CORAL: alignment of the covariances of two domains."""

import torch


def coral(source, target):
    """Compute the distance between the covariances of two sets of vectors.

    Arguments
    ---------
    source, target : torch.Tensor, (rows, dim)
        The loss is 0 if a set has fewer than two rows.

    Returns
    -------
    torch.Tensor, ()
        In float32, also under autocast: squared Frobenius norm over 4 dim^2.

    Source
    ------
    Sun and Saenko, Deep CORAL, ECCV 2016 workshops, equation 1.

    Example
    -------
    >>> source = torch.tensor([[1.0], [-1.0]])
    >>> coral(source, 2 * source)  # variances 2 and 8
    tensor(9.)
    """
    if min(len(source), len(target)) < 2:
        return (source.float().sum() + target.float().sum()) * 0.0
    with torch.autocast(source.device.type, enabled=False):
        one, two = (
            torch.cov(vectors.float().T).reshape(source.shape[1], -1)
            for vectors in (source, target)
        )
        return (one - two).square().sum() / (4 * source.shape[1] ** 2)
