"""Gradient reversal layer."""

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
    """Return the values unchanged and multiply their gradient by ``-strength``.

    Arguments
    ---------
    values : torch.Tensor, any shape
        Input of an adversarial head.
    strength : float
        0 stops the gradient, 1 reverses it.

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
