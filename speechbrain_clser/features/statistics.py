"""Compute utterance statistics of the frames of another extractor."""

import dataclasses

import torch

from speechbrain_clser.features.extractor import Extractor
from speechbrain_clser.features.masked import masked_moments
from speechbrain_clser.features.spectrum import real_mask


@dataclasses.dataclass(frozen=True)
class StatisticsConfig:
    """Configuration of ``Statistics``.

    Arguments
    ---------
    extractor : str
        Class name of the frame extractor.
    key : str
        Key of the extractor.
    config : dataclass
        Config of the extractor, for information.
    """

    extractor: str
    key: str
    config: object


class UtteranceStatistics:
    """Mixin: mean and deviation over the real frames of ``self.extractor``.

    A subclass, also an ``Extractor``, defines ``parts_of``; the output contains mean and
    deviation of each part in turn.
    """

    frames_per_s = 0  # one frame per utterance

    def n_frames(self, n_samples):
        """Return the number of frames: always one; see ``Extractor``."""
        return torch.ones_like(torch.as_tensor(n_samples), dtype=torch.long)

    @torch.no_grad()
    def forward(self, wavs, lens):
        """Extract the statistics of a batch.

        Arguments
        ---------
        wavs : torch.Tensor, (batch, samples)
            At ``sample_rate_hz``, padded at the end.
        lens : torch.Tensor, (batch,)
            Relative length of each row without padding, 0-1.

        Returns
        -------
        torch.Tensor, (batch, 1, dim)
            Mean and population deviation of each part.
        """
        frames = self.extractor(wavs, lens)
        n_samples = (lens * wavs.shape[1]).round().long()
        is_real = real_mask(self.extractor.n_frames(n_samples), frames.shape[1])
        found = [
            torch.cat(masked_moments(part, is_real), dim=-1)
            for part in self.parts_of(frames)
        ]
        return torch.cat(found, dim=-1)[:, None]


class Statistics(UtteranceStatistics, Extractor):
    """Mean and deviation over the real frames of another extractor.

    For methods without a time axis: the store holds one frame per utterance instead of
    50 per second.

    Arguments
    ---------
    extractor : Extractor
        Frozen. If its frames contain several layers, the output contains mean
        and deviation of each layer in turn.

    Raises
    ------
    ValueError
        If the extractor is trained, or leaves values undefined.

    Example
    -------
    >>> from speechbrain_clser.features.encoders import extractor
    >>> of_frames = extractor("acoustic")
    >>> statistics = Statistics(of_frames)
    >>> statistics(torch.rand(1, 16000), torch.ones(1)).shape, of_frames.dim
    (torch.Size([1, 1, 220]), 110)
    """

    def __init__(self, extractor):
        name = type(extractor).__name__
        if not extractor.is_frozen:
            raise ValueError(
                f"statistics need a frozen extractor, got a trained {name}; "
                "use frames, and pool them in the method"
            )
        if extractor.may_be_nan:
            raise ValueError(
                f"statistics need a value in every frame, and {name} leaves "
                "some undefined; use an extractor of whole utterances"
            )
        super().__init__(
            StatisticsConfig(name, extractor.key, extractor.config)
        )
        self.extractor = extractor
        self.sample_rate_hz = extractor.sample_rate_hz
        self.n_layers = extractor.n_layers
        self.is_large = extractor.is_large
        self.dim = 2 * extractor.dim

    def parts_of(self, frames):
        """Split frames, (batch, frames, dim), into layers."""
        return frames.chunk(self.n_layers, dim=-1)
