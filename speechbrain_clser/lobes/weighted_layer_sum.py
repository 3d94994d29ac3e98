"""One weighted sum of the layers of a pretrained encoder."""

import math

import torch

MIDDLE_SHARE = 0.9


class WeightedLayerSum(torch.nn.Module):
    """Mix layers that lie side by side in each frame, by learned weights.

    The weights are a softmax, so they stay positive and sum to 1. At first 90 %
    of them lie, evenly, on the middle third of the layers, where emotion
    is found best. A single layer passes as it is. Stands wherever a lobe from
    frames to frames is wanted.

    Arguments
    ---------
    input_dim : int
        Of the frames: ``n_layers`` times the width of a layer.
    n_layers : int
        Layers side by side; ``Extractor.n_layers``.

    Raises
    ------
    ValueError
        If the layers cannot all be of one width.

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
                f"frames of {input_dim} columns cannot hold {n_layers} layers of "
                "one width; give LayerMix the dim and the n_layers of the "
                "extractor whose frames it mixes"
            )
        self.n_layers = n_layers
        self.output_dim = input_dim // n_layers
        if n_layers > 1:
            self.logits = torch.nn.Parameter(_mostly_middle(n_layers).log())

    def forward(self, frames, lens):
        """Mix the layers of each frame.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, input_dim)
            Layers side by side.
        lens : torch.Tensor, (batch,)
            Share of each row that is real, 0-1; padding of zeros stays so.

        Returns
        -------
        torch.Tensor, (batch, frames, output_dim)
            In the unit of ``frames``.
        """
        if self.n_layers == 1:
            return frames
        layers = frames.unflatten(-1, (self.n_layers, self.output_dim))
        return (layers * self.logits.softmax(0)[:, None]).sum(dim=-2)


def _mostly_middle(n_layers):
    """Weights that sum to 1, most of it on the middle third."""
    first, after = n_layers // 3, math.ceil(2 * n_layers / 3)
    n_middle = after - first
    if n_middle == n_layers:
        return torch.full((n_layers,), 1 / n_layers)
    weights = torch.full(
        (n_layers,), (1 - MIDDLE_SHARE) / (n_layers - n_middle)
    )
    weights[first:after] = MIDDLE_SHARE / n_middle
    return weights
