"""A layer that teaches backwards."""

import torch


class _Reverse(torch.autograd.Function):
    @staticmethod
    def forward(ctx, values, strength):
        ctx.strength = strength
        return values.view_as(values)

    @staticmethod
    def backward(ctx, gradient):
        return -ctx.strength * gradient, None


def reverse_gradient(values, strength=1.0):
    """Pass values on as they are, their gradient times ``-strength``.

    Arguments
    ---------
    values : torch.Tensor, any shape
        On the way to a head that must not succeed.
    strength : float
        0 lets nothing through, 1 turns the gradient round.

    Returns
    -------
    torch.Tensor, same shape
        Equal to ``values``.

    Source
    ------
    Ganin and Lempitsky, Unsupervised Domain Adaptation by Backpropagation,
    ICML 2015.

    Example
    -------
    >>> values = torch.tensor([1.0, 2.0], requires_grad=True)
    >>> reverse_gradient(values, 0.5).sum().backward()
    >>> values.grad
    tensor([-0.5000, -0.5000])
    """
    return _Reverse.apply(values, strength)
