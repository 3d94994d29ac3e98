"""What every extractor is: sound in, frames out, and a key that tells it from others."""

import dataclasses
import hashlib
import json

import torch


class Extractor(torch.nn.Module):
    """Turn waveforms into frames; the base of all extractors.

    A subclass gives ``version`` (raised by hand when values change),
    ``dim`` and ``forward``, and passes its frozen config dataclass on.
    Device, workers and batch size are not in the config, so not in the key.

    Arguments
    ---------
    config : dataclass
        Everything that changes the values.

    Example
    -------
    >>> @dataclasses.dataclass(frozen=True)
    ... class LoudnessConfig:
    ...     hop_samples: int = 320
    >>> Extractor(LoudnessConfig()).key == Extractor(LoudnessConfig(160)).key
    False
    """

    version = 1
    sample_rate_hz = 16000
    frames_per_s = 50
    dim = 0

    def __init__(self, config):
        super().__init__()
        self.config = config

    @property
    def key(self):
        """Digest of class, version and config, fit to name a file."""
        spec = json.dumps(dataclasses.asdict(self.config), sort_keys=True)
        spec = f"{type(self).__name__}/{self.version}/{spec}"
        return hashlib.sha256(spec.encode()).hexdigest()[:16]

    def forward(self, wavs, lens):
        """Extract the frames of a batch.

        Arguments
        ---------
        wavs : torch.Tensor, (batch, samples)
            At ``sample_rate_hz``, padded at the end.
        lens : torch.Tensor, (batch,)
            Share of each row that is real, 0-1.

        Returns
        -------
        torch.Tensor, (batch, frames, dim)
            ``frames_per_s`` frames a second.
        """
        raise NotImplementedError(f"{type(self).__name__} has no forward")
