"""Forward pass from features or waveforms to losses."""

import dataclasses
from collections.abc import Callable, Sequence

import torch

from speechbrain_clser.features.normalisation import level_layers
from speechbrain_clser.features.spectrum import real_mask
from speechbrain_clser.tasks import Classes, Dimensions


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """Losses, classes, seed, schedule and augmentation of training.

    Arguments
    ---------
    loss_weights : dict
        Name of a loss to its weight.
    scheme : Classes or Dimensions
        Task of the logits.
    seed : int
        Of the run; each epoch has its own seed derived from it, so that a
        resumed run equals one that was never interrupted.
    schedule : callable
        Share of the phase done to factor of the learning rate, 0-1 each.
    augment : sequence of callable
        Each takes training frames, (batch, frames, dim), and lens, and gives
        both back changed.
    alignment : DomainAlignment, optional
        Its loss is added to those of the method, as ``alignment``.
    """

    loss_weights: dict
    scheme: Classes | Dimensions
    seed: int
    schedule: Callable | None
    augment: Sequence = ()
    alignment: object = None

    @property
    def weights(self):
        """Weights of all losses by name."""
        if self.alignment is None:
            return self.loss_weights
        return {**self.loss_weights, "alignment": self.alignment.weight}


@dataclasses.dataclass(frozen=True)
class EncoderTraining:
    """The encoder that is called in each training step, if any.

    Arguments
    ---------
    extractor : Extractor, optional
        Trained too where the phase includes it, by a separate optimiser.
    normaliser : torch.nn.Module, optional
        Of its frames; see ``Step``.
    encoder_opt_class : callable, optional
        Parameters of the extractor to their optimiser.
    """

    extractor: object = None
    normaliser: object = None
    encoder_opt_class: Callable | None = None


class Step(torch.nn.Module):
    """Apply extractor, method and losses in one call.

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
    alignment : DomainAlignment, optional
        Of source and target.
    """

    def __init__(self, method, extractor=None, normaliser=None, alignment=None):
        super().__init__()
        self.method = method
        self.extractor = extractor
        self.normaliser = normaliser
        self.alignment = alignment

    def extract(self, batch):
        """Return frames and lens of a batch, extracted now if the encoder is trained."""
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
        output = self.method(self.method.inputs(batch, (frames, lens)))
        losses = self.method.losses(output, batch)
        if self.alignment is not None:
            args = (output, (frames, lens), batch["domain"])
            loss = self.alignment(*args, self.method.progress)
            losses = {**losses, "alignment": loss}
        return output, losses
