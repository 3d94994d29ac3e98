"""Weighted sum of the layers of a pretrained encoder."""

import math

import torch

MIDDLE_SHARE = 0.9


class WeightedLayerSum(torch.nn.Module):
    """Average the concatenated layers of each frame with learned weights.

    The weights are a softmax, so they are positive and sum to 1. Initially the
    middle third of the layers, which represent emotion best, share 90 % of the
    weight evenly. A single layer is returned unchanged.

    Arguments
    ---------
    input_dim : int
        Of the frames: ``n_layers`` times the dimension of a layer.
    n_layers : int
        Number of concatenated layers; ``Extractor.n_layers``.

    Raises
    ------
    ValueError
        If ``input_dim`` is not a multiple of ``n_layers``.

    Example
    -------
    >>> mix = WeightedLayerSum(input_dim=6, n_layers=3)
    >>> frames = torch.tensor([[[0.0, 0.0, 1.0, 1.0, 2.0, 4.0]]])
    >>> mix(frames, torch.ones(1)).detach()
    tensor([[[1.0000, 1.1000]]])
    >>> mix.output_dim
    2
    """

    def __init__(self, input_dim, n_layers=1):
        super().__init__()
        if input_dim % n_layers:
            raise ValueError(
                f"expected input_dim to be a multiple of n_layers, found "
                f"{input_dim} and {n_layers}; give WeightedLayerSum the dim and "
                "the n_layers of the extractor"
            )
        self.n_layers = n_layers
        self.output_dim = input_dim // n_layers
        if n_layers > 1:
            self.logits = torch.nn.Parameter(_mostly_middle(n_layers).log())

    def forward(self, frames, lens):
        """Average the layers of each frame.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, input_dim)
            Concatenated layers.
        lens : torch.Tensor, (batch,)
            Fraction of each row that is real, 0-1; zero padding stays zero.

        Returns
        -------
        torch.Tensor, (batch, frames, output_dim)
            In the units of ``frames``.
        """
        if self.n_layers == 1:
            return frames
        layers = frames.unflatten(-1, (self.n_layers, self.output_dim))
        return (layers * self.logits.softmax(0)[:, None]).sum(dim=-2)


def _mostly_middle(n_layers):
    """Return initial weights, sum 1, mostly on the middle third."""
    first, after = n_layers // 3, math.ceil(2 * n_layers / 3)
    n_middle = after - first
    if n_middle == n_layers:
        return torch.full((n_layers,), 1 / n_layers)
    weights = torch.full(
        (n_layers,), (1 - MIDDLE_SHARE) / (n_layers - n_middle)
    )
    weights[first:after] = MIDDLE_SHARE / n_middle
    return weights
