"""An extractor whose frames can be told by heart, and sounds to go with it."""

import dataclasses

import torch
from helpers.rows import rows_of

from speechbrain_clser.features.extractor import Extractor


@dataclasses.dataclass(frozen=True)
class BlocksConfig:
    """Values that are multiplied."""

    factor: float = 1.0


class Blocks(Extractor):
    """Ten samples a frame, times a factor; a begun block is padded."""

    dim = 10

    def __init__(self, factor=1.0):
        super().__init__(BlocksConfig(factor))
        self.batches = []  # how many recordings, how many samples

    def n_frames(self, n_samples):
        """One for each begun block."""
        return (torch.as_tensor(n_samples) / 10).ceil().long()

    def forward(self, wavs, lens):
        """Cut each row into blocks."""
        self.batches.append(tuple(wavs.shape))
        wavs = torch.nn.functional.pad(wavs, (0, -wavs.shape[1] % 10))
        return wavs.unflatten(1, (-1, 10)) * self.config.factor


ROWS = [
    dataclasses.replace(row, duration_s=number / 1600)
    for number, row in enumerate(rows_of("a", "deu", 2, n_each=1), start=1)
]


def tone(wav, sample_rate_hz):
    """Sound that depends on the name alone: 1 to 8 frames of 1 to 8."""
    number = [row.wav for row in ROWS].index(wav) + 1
    return torch.full((10 * number,), float(number))


def unheard(wav, sample_rate_hz):
    """A loader that must not be called."""
    raise AssertionError(f"{wav} was opened again")
