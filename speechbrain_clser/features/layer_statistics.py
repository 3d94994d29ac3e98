"""Compute utterance statistics of encoder layers and of their averages."""

import dataclasses

from speechbrain_clser.features.extractor import Extractor
from speechbrain_clser.features.statistics import UtteranceStatistics


@dataclasses.dataclass(frozen=True)
class LayerStatisticsConfig:
    """Configuration of ``LayerStatistics``.

    Arguments
    ---------
    extractor : str
        Class name of the layer extractor.
    key : str
        Key of the extractor.
    config : dataclass
        Config of the extractor, for information.
    ranges : tuple of (int, int)
        First and last layer of each average, both included.
    """

    extractor: str
    key: str
    config: object
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
    >>> import torch
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
