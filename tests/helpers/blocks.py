"""Define an extractor with predictable frames, and matching waveforms."""

import dataclasses

import torch
from helpers.rows import rows_of

from speechbrain_clser.features.extractor import Extractor


@dataclasses.dataclass(frozen=True)
class BlocksConfig:
    """Configuration of ``Blocks``."""

    factor: float = 1.0


class Blocks(Extractor):
    """Frames of ten samples, multiplied by a factor; the last is padded."""

    dim = 10

    def __init__(self, factor=1.0):
        super().__init__(BlocksConfig(factor))
        self.batches = []  # shapes: recordings, samples

    def n_frames(self, n_samples):
        """Return the number of blocks, including the last incomplete one."""
        return (torch.as_tensor(n_samples) / 10).ceil().long()

    def forward(self, wavs, lens):
        """Split each row into blocks."""
        self.batches.append(tuple(wavs.shape))
        wavs = torch.nn.functional.pad(wavs, (0, -wavs.shape[1] % 10))
        return wavs.unflatten(1, (-1, 10)) * self.config.factor


ROWS = [
    dataclasses.replace(row, duration_s=number / 1600)
    for number, row in enumerate(rows_of("a", "deu", 2, n_each=1), start=1)
]


def tone(wav, sample_rate_hz):
    """Return a waveform determined by the name: 1 to 8 frames of 1 to 8."""
    number = [row.wav for row in ROWS].index(wav) + 1
    return torch.full((10 * number,), float(number))


def unheard(wav, sample_rate_hz):
    """Raise an error: a loader that must not be called."""
    raise AssertionError(f"{wav} was opened again")
