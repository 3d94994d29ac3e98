"""Frame encoder of convolutions of width 1."""

import torch

from speechbrain_clser.lobes.weighted_layer_sum import WeightedLayerSum


class PointwiseConv(torch.nn.Module):
    """Transform each frame by itself: the head of a probe of an encoder's layers.

    Arguments
    ---------
    input_dim : int
        Dimension of the input frames.
    dim : int
        Dimension of the output frames, if there are convolutions.
    n_layers : int
        Layers of a pretrained encoder, concatenated in the frames: they are
        averaged first, with learned weights.
    n_conv : int
        Convolutions of width 1, each followed by ReLU and dropout; 0: the frames
        stay as they are.
    dropout : float
        Of the output of each convolution.

    Source
    ------
    The head of the probes of Decoding Emotions, arXiv 2308.08713, 2023: two
    convolutions of width 1 with 256 channels and ReLU. Dropout is not in the
    paper.

    Example
    -------
    >>> lobe = PointwiseConv(input_dim=20, dim=16)
    >>> lobe(torch.ones(2, 50, 20), torch.ones(2)).shape
    torch.Size([2, 50, 16])
    >>> PointwiseConv(input_dim=20, n_conv=0).output_dim
    20
    """

    def __init__(self, input_dim, dim=256, n_layers=1, n_conv=2, dropout=0.0):
        super().__init__()
        self.mix = WeightedLayerSum(input_dim, n_layers)
        dims = [self.mix.output_dim, *[dim] * n_conv]
        self.output_dim = dims[-1]
        self.convs = torch.nn.Sequential()
        for before, after in zip(dims[:-1], dims[1:], strict=True):
            self.convs.append(torch.nn.Linear(before, after))
            self.convs.append(torch.nn.ReLU())
            self.convs.append(torch.nn.Dropout(dropout))

    def forward(self, frames, lens):
        """Encode the frames of a batch.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, input_dim)
            Padded at the end with anything finite.
        lens : torch.Tensor, (batch,)
            Fraction of each row that is real, 0-1.

        Returns
        -------
        torch.Tensor, (batch, frames, dim)
            Same frame rate; the padding is not zero.
        """
        return self.convs(self.mix(frames, lens))
