"""Forward pass from features or waveforms to losses."""

import torch

from speechbrain_clser.features.normalisation import level_layers
from speechbrain_clser.features.spectrum import real_mask


class Step(torch.nn.Module):
    """Everything that uses parameters, behind one call.

    Data-parallel wrappers see only ``forward``.

    Arguments
    ---------
    method : Method
        What is trained.
    extractor : Extractor, optional
        Trained with it; without one the frames come from the store.
    normaliser : torch.nn.Module, optional
        Of the extractor's frames, (batch, frames, dim); without one
        ``level_layers``.
    """

    def __init__(self, method, extractor=None, normaliser=None):
        super().__init__()
        self.method = method
        self.extractor = extractor
        self.normaliser = normaliser

    def extract(self, batch):
        """Frames and lens of a batch, extracted now if the encoder learns."""
        if self.extractor is None:
            return batch["frames"]
        wavs, lens = batch["wavs"]
        n_samples = (lens * wavs.shape[1]).round().long()
        n_frames = self.extractor.n_frames(n_samples)
        frames = self.extractor(wavs, lens)
        if self.normaliser is None:
            frames = level_layers(frames, self.extractor.n_layers)
        else:
            is_real = real_mask(n_frames, frames.shape[1])[..., None]
            frames = self.normaliser(frames).where(is_real, 0.0)
        return frames, n_frames / n_frames.max()

    def forward(self, batch, augment=()):
        """Output of the method on augmented frames, and its losses by name."""
        frames, lens = self.extract(batch)
        for change in augment:
            frames, lens = change(frames, lens)
        output = self.method({"frames": (frames, lens)})
        return output, self.method.losses(output, batch)
