"""Scatter reductions by torch-scatter if it is installed, else by torch.

No other module of this package imports torch-scatter. Values and
gradients are identical.
"""

import torch

try:
    import torch_scatter
except ImportError:
    torch_scatter = None


def scatter_sum(values, index, n_groups):
    """Sum the rows of each group.

    Arguments
    ---------
    values : torch.Tensor, (rows, ...)
        Summands.
    index : torch.Tensor of int64, (rows,)
        Group of each row, 0 to ``n_groups - 1``.
    n_groups : int
        Rows of the result.

    Returns
    -------
    torch.Tensor, (n_groups, ...)
        0 for a group without rows.

    Example
    -------
    >>> scatter_sum(torch.tensor([1.0, 2.0, 4.0]), torch.tensor([0, 2, 2]), 3)
    tensor([1., 0., 6.])
    """
    return _reduce("sum", values, index, n_groups)


def scatter_mean(values, index, n_groups):
    """Average the rows of each group.

    Arguments
    ---------
    values : torch.Tensor of float, (rows, ...)
        Values to average.
    index : torch.Tensor of int64, (rows,)
        Group of each row, 0 to ``n_groups - 1``.
    n_groups : int
        Rows of the result.

    Returns
    -------
    torch.Tensor, (n_groups, ...)
        0 for a group without rows.

    Example
    -------
    >>> scatter_mean(torch.tensor([1.0, 2.0, 4.0]), torch.tensor([0, 2, 2]), 3)
    tensor([1., 0., 3.])
    """
    return _reduce("mean", values, index, n_groups)


def _by_torch(reduce, values, index, n_groups):
    empty = values.new_zeros(n_groups, *values.shape[1:])
    total = empty.index_add(0, index, values)
    if reduce == "sum":
        return total
    n_rows = torch.bincount(index, minlength=n_groups).clamp(min=1)
    return total / n_rows.view(-1, *[1] * (values.dim() - 1)).to(values.dtype)


def _by_torch_scatter(reduce, values, index, n_groups):
    return torch_scatter.scatter(
        values, index, dim=0, dim_size=n_groups, reduce=reduce
    )


_reduce = _by_torch_scatter if torch_scatter else _by_torch
