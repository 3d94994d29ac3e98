"""Encoder of prosodic contours and utterance-level prosodic measures."""

import torch

from speechbrain_clser.lobes.conv_transformer import ConvTransformer
from speechbrain_clser.lobes.mask import real_frames

READINGS = ("both", "contours", "measures", "token")


class ProsodyEncoder(torch.nn.Module):
    """Encode contours per frame and measures per utterance.

    Arguments
    ---------
    contours_dim : int
        Number of first columns, one contour each.
    measures_dim : int
        Number of last columns, constant within an utterance.
    dim : int
        Dimension of the output frames.
    reading : str
        ``"both"``: the measures are added to every frame of the contours;
        ``"contours"`` or ``"measures"``: only these, the measures in every
        frame; ``"token"``: only the measures, as one frame per utterance.
    dropout : float
        Of all layers.
    input_dropout : float
        Of whole input columns.

    Raises
    ------
    ValueError
        If ``reading`` is not one of these.

    Source
    ------
    In Zhao et al., HuMP-CAT, IEEE Internet of Things Journal, 2025, prosody is
    the 103 measures only. Contours, and the three ways to combine one vector
    with frames, are our reconstruction.

    Example
    -------
    >>> lobe = ProsodyEncoder(contours_dim=5, measures_dim=103, dim=16)
    >>> lobe(torch.ones(2, 50, 108), torch.tensor([1.0, 0.5])).shape
    torch.Size([2, 50, 16])
    """

    def __init__(
        self,
        contours_dim,
        measures_dim,
        dim,
        reading="both",
        dropout=0.1,
        input_dropout=0.1,
    ):
        super().__init__()
        if reading not in READINGS:
            raise ValueError(
                f"reading must be one of {', '.join(READINGS)}, got {reading!r}"
            )
        self.output_dim = dim
        self.contours_dim, self.is_token = contours_dim, reading == "token"
        self.contours = self.measures = None
        if reading in ("both", "contours"):
            self.contours = ConvTransformer(
                contours_dim,
                dim,
                n_conv=1,
                n_attention=0,
                dropout=dropout,
                input_dropout=0.0,  # keeps all of the few contours
            )
        if reading != "contours":
            self.measures = torch.nn.Sequential(
                torch.nn.Dropout(input_dropout),
                torch.nn.Linear(measures_dim, dim),
                torch.nn.GELU(),
                torch.nn.Dropout(dropout),
                torch.nn.Linear(dim, dim),
                torch.nn.LayerNorm(dim),
            )

    def forward(self, frames, lens):
        """Encode the prosody of a batch; zero in the padding.

        Arguments
        ---------
        frames : torch.Tensor, (batch, frames, contours_dim + measures_dim)
            Padded at the end with anything finite.
        lens : torch.Tensor, (batch,)
            Fraction of each row that is real, 0-1.

        Returns
        -------
        torch.Tensor, (batch, frames, dim)
            One frame if the measures are a token.
        """
        encoded = 0.0
        if self.measures is not None:
            encoded = self.measures(frames[:, :1, self.contours_dim :])
            if self.is_token:
                return encoded
        if self.contours is not None:
            contours = self.contours(frames[..., : self.contours_dim], lens)
            encoded = contours + encoded
        real = real_frames(lens, frames.shape[1])
        return encoded * real[..., None]
