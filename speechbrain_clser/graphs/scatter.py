"""Scatter reductions by torch-scatter if it is installed, else by torch.

No other module of this package imports torch-scatter. Values are identical;
gradients differ if several rows of a group have its maximum: torch distributes
the gradient, torch-scatter assigns it to one row.
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


def scatter_max(values, index, n_groups):
    """Find the largest value of each group, column by column.

    Arguments
    ---------
    values : torch.Tensor, (rows, ...)
        Values to compare.
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
    >>> scatter_max(torch.tensor([-1.0, 2.0, 4.0]), torch.tensor([0, 2, 2]), 3)
    tensor([-1., 0., 4.])
    """
    return _reduce("max", values, index, n_groups)


def _by_torch(reduce, values, index, n_groups):
    empty = values.new_zeros(n_groups, *values.shape[1:])
    if reduce == "sum":
        return empty.index_add(0, index, values)
    if reduce == "mean":
        n_rows = torch.bincount(index, minlength=n_groups).clamp(min=1)
        n_rows = n_rows.view(-1, *[1] * (values.dim() - 1))
        return empty.index_add(0, index, values) / n_rows.to(values.dtype)
    index = index.view(-1, *[1] * (values.dim() - 1)).expand_as(values)
    return empty.scatter_reduce(0, index, values, "amax", include_self=False)


def _by_torch_scatter(reduce, values, index, n_groups):
    return torch_scatter.scatter(
        values, index, dim=0, dim_size=n_groups, reduce=reduce
    )


_reduce = _by_torch_scatter if torch_scatter else _by_torch
