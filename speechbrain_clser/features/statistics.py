"""Compute utterance statistics of the frames of another extractor."""

import dataclasses

import torch

from speechbrain_clser.features.extractor import Extractor
from speechbrain_clser.features.masked import masked_moments
from speechbrain_clser.features.spectrum import real_mask


@dataclasses.dataclass(frozen=True)
class StatisticsConfig:
    """Class name, key and, for information, config of the extractor of frames."""

    extractor: str
    key: str
    config: object


class UtteranceStatistics:
    """Mixin: mean and deviation over the real frames of ``self.extractor``.

    A subclass, also an ``Extractor``, defines ``parts_of``; the output contains mean and
    deviation of each part in turn.
    """

    frames_per_s = 0  # one frame per utterance

    @torch.no_grad()
    def forward(self, wavs, lens):
        """Compute mean and population deviation of each part, (batch, 1, dim)."""
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


@dataclasses.dataclass(frozen=True)
class LayerStatisticsConfig(StatisticsConfig):
    """In addition first and last layer, both included, of each average."""

    ranges: tuple


class LayerStatistics(UtteranceStatistics, Extractor):
    """Compute mean and deviation over the frames of averages of layers.

    The encoder runs once for all layers. Used for linear probes of each layer.

    Arguments
    ---------
    extractor : Extractor
        Frozen, with all layers from layer 0 concatenated.
    ranges : sequence of (int, int)
        First and last layer of each average, both included.

    Raises
    ------
    ValueError
        If the extractor is trained, or a layer does not exist.

    Example
    -------
    >>> layers = torch.tensor([[[1.0, 5.0], [3.0, 5.0]]])
    >>> class Layers(Extractor):
    ...     n_layers, dim = 2, 2
    ...
    ...     def forward(self, wavs, lens):
    ...         return layers
    ...
    ...     def n_frames(self, n_samples):
    ...         return torch.tensor([2])
    >>> extractor = Layers(LayerStatisticsConfig("", "", None, ()))
    >>> statistics = LayerStatistics(extractor, [(0, 0), (0, 1)])
    >>> statistics(torch.zeros(1, 640), torch.ones(1))
    tensor([[[2.0000, 1.0000, 3.5000, 0.5000]]])
    """

    def __init__(self, extractor, ranges):
        name = type(extractor).__name__
        ranges = tuple((first, last) for first, last in ranges)
        last = extractor.n_layers - 1
        if not all(0 <= a <= b <= last for a, b in ranges):
            raise ValueError(
                f"ranges must lie within layers 0-{last} of the {name}, got "
                f"{ranges}"
            )
        if not extractor.is_frozen:
            raise ValueError(
                f"statistics of layers need a frozen encoder, got a trained "
                f"{name}; omit adapt"
            )
        super().__init__(
            LayerStatisticsConfig(name, extractor.key, extractor.config, ranges)
        )
        self.extractor = extractor
        self.ranges = ranges
        self.sample_rate_hz = extractor.sample_rate_hz
        self.is_large = extractor.is_large
        self.width = 2 * extractor.dim // extractor.n_layers
        self.dim = self.width * len(ranges)

    def parts_of(self, frames):
        """Average the layers of frames, (batch, frames, dim), by range."""
        layers = frames.unflatten(-1, (self.extractor.n_layers, -1))
        return [
            layers[:, :, first : last + 1].mean(dim=2)
            for first, last in self.ranges
        ]
