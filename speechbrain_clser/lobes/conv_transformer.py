"""Frame encoder of convolution blocks and transformer layers."""

import contextlib

import torch

from speechbrain_clser.lobes.mask import real_frames
from speechbrain_clser.lobes.weighted_layer_sum import WeightedLayerSum


class ConvBlock(torch.nn.Module):
    """Residual convolution over time that ignores padding.

    Arguments
    ---------
    dim : int
        Of the frames.
    kernel_frames : int
        Odd width of the kernel.
    dropout : float
        On the residual branch.

    Example
    -------
    >>> ConvBlock(8)(torch.ones(2, 5, 8), torch.ones(2, 5).bool()).shape
    torch.Size([2, 5, 8])
    """

    def __init__(self, dim, kernel_frames=5, dropout=0.1):
        super().__init__()
        self.norm = torch.nn.LayerNorm(dim)
        self.conv = torch.nn.Conv1d(
            dim, dim, kernel_frames, padding=kernel_frames // 2
        )
        self.dropout = torch.nn.Dropout(dropout)

    def forward(self, frames, real):
        """Add the convolution of the normalised frames.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, dim)
            Padded at the end.
        real : torch.Tensor of bool, (batch, frames)
            False in the padding.

        Returns
        -------
        torch.Tensor, (batch, frames, dim)
            Same frame rate.
        """
        near = self.norm(frames) * real[..., None]
        near = self.conv(near.transpose(1, 2)).transpose(1, 2)
        return frames + self.dropout(torch.nn.functional.gelu(near))


@contextlib.contextmanager
def _plain_path():
    """Disable the attention fast path of torch, which is slower on a CPU.

    Three times slower in torch 2.11, for padded batches.
    """
    was_fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)
    try:
        yield
    finally:
        torch.backends.mha.set_fastpath_enabled(was_fast)


class ConvTransformer(torch.nn.Module):
    """Project, convolve and self-attend frames at the same frame rate.

    There is no positional encoding: the convolutions model the local order, and
    emotion does not depend on the absolute position in the utterance.

    Arguments
    ---------
    input_dim : int
        Dimension of the input frames.
    dim : int
        Dimension of the output frames.
    n_layers : int
        Layers of a pretrained encoder, concatenated in the frames: they are
        averaged first, with learned weights.
    n_conv, n_attention : int
        Number of convolution blocks and transformer layers.
    kernel_frames : int
        Odd width of the convolutions.
    n_heads : int
        Attention heads; must divide ``dim``.
    dropout : float
        Of all blocks.
    input_dropout : float
        Of whole input columns, the same in all frames of an utterance.

    Example
    -------
    >>> lobe = ConvTransformer(input_dim=20, dim=16)
    >>> lobe(torch.ones(2, 50, 20), torch.tensor([1.0, 0.5])).shape
    torch.Size([2, 50, 16])
    """

    def __init__(
        self,
        input_dim,
        dim=64,
        n_layers=1,
        n_conv=2,
        n_attention=1,
        kernel_frames=5,
        n_heads=4,
        dropout=0.2,
        input_dropout=0.1,
    ):
        super().__init__()
        self.output_dim = dim
        self.mix = WeightedLayerSum(input_dim, n_layers)
        self.input_dropout = torch.nn.Dropout1d(input_dropout)
        self.project = torch.nn.Linear(self.mix.output_dim, dim)
        self.dropout = torch.nn.Dropout(dropout)
        self.convs = torch.nn.ModuleList(
            ConvBlock(dim, kernel_frames, dropout) for _ in range(n_conv)
        )
        self.attention = torch.nn.ModuleList(
            torch.nn.TransformerEncoderLayer(
                dim,
                n_heads,
                dim_feedforward=2 * dim,
                dropout=dropout,
                activation="gelu",
                batch_first=True,
                norm_first=True,
            )
            for _ in range(n_attention)
        )
        self.norm = torch.nn.LayerNorm(dim)

    def forward(self, frames, lens):
        """Encode the frames of a batch; zero in the padding.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, input_dim)
            Padded at the end with anything finite.
        lens : torch.Tensor, (batch,)
            Fraction of each row that is real, 0-1.

        Returns
        -------
        torch.Tensor, (batch, frames, dim)
            Same frame rate.
        """
        real = real_frames(lens, frames.shape[1])
        frames = self.mix(frames, lens)
        frames = self.input_dropout(frames.transpose(1, 2)).transpose(1, 2)
        frames = torch.nn.functional.gelu(self.project(frames))
        frames = self.dropout(frames)
        for conv in self.convs:
            frames = conv(frames, real)
        with _plain_path():
            for attend in self.attention:
                frames = attend(frames, src_key_padding_mask=~real)
        return self.norm(frames) * real[..., None]
