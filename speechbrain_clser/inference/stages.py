"""The modules that SpeechBrain's EncoderClassifier calls, one after the other.

It calls ``compute_features(wavs)``, ``mean_var_norm(features, lens)``,
``embedding_model(features, lens)`` and ``classifier(embedding)``. The first two
have nothing to do here: only who knows the lens of the waveforms can tell
which frames are real, and that is the ``EmotionEncoder``, third in the row.
"""

import logging

import torch

from speechbrain_clser.deprecation import renamed_part
from speechbrain_clser.features.spectrum import real_mask, widest
from speechbrain_clser.lobes.pooling import MeanStdPooling

logger = logging.getLogger(__name__)


def __getattr__(name):
    """Find what was called otherwise in the previous version."""
    return renamed_part(__name__, name)


class NoNormalization(torch.nn.Module):
    """Hand on what comes, as ``mean_var_norm``."""

    def forward(self, features, lens):
        """Give the features back."""
        return features


class EmotionEncoder(torch.nn.Module):
    """Hear waveforms as training heard them, as ``embedding_model``.

    Not every method computes its logits from its embedding alone, and
    EncoderClassifier hands on one tensor; so both are in it.

    Arguments
    ---------
    extractor : Extractor
        Waveforms to frames.
    normaliser : torch.nn.Module
        Frames to frames as training saw them.
    method : Method
        Frames to embedding and logits; what only training needs is let go of.
    longest_s : float, optional
        What comes later in a recording is not heard, as in training; the first
        time that it happens it is logged.
    """

    def __init__(self, extractor, normaliser, method, longest_s=None):
        super().__init__()
        self.extractor = extractor
        self.normaliser = normaliser
        self.method = method.for_inference()
        self.longest_s, self.has_told = longest_s, False

    def extract(self, wavs, lens):
        """Extract frames, not normalised yet.

        Arguments
        ---------
        wavs : torch.Tensor, (batch, samples)
            At the extractor's rate, padded at the end with anything.
        lens : torch.Tensor, (batch,)
            Share of each row that is real, 0-1.

        Returns
        -------
        frames : torch.Tensor, (batch, frames, dim)
            Anything in the padding.
        n_frames : torch.LongTensor, (batch,)
            How many are real.
        """
        n_samples = (lens * wavs.shape[1]).round().long()
        if self.longest_s is not None:
            most = round(self.longest_s * self.extractor.sample_rate_hz)
            self._tell(widest(n_samples, 0) > most)  # but not while exporting
            n_samples = n_samples.clamp(max=most)
            # ``min`` is a step of an exported graph, a slice too long is not.
            wavs = wavs[:, : min(wavs.shape[1], most)]
        longest = widest(n_samples, wavs.shape[1])
        frames = self.extractor(wavs[:, :longest], n_samples / longest)
        return frames, self.extractor.n_frames(n_samples)

    def _tell(self, is_cut):
        """Log once that not all of a recording is heard."""
        if is_cut and not self.has_told:
            self.has_told = True
            logger.warning(
                "this model hears the first %g s of a recording, as in its "
                "training; hear longer ones in windows: classify_long, or clser "
                "predict --window-s 4",
                self.longest_s,
            )

    def forward(self, wavs, lens):
        """Embed and classify a batch.

        Arguments
        ---------
        wavs, lens
            As for ``extract``.

        Returns
        -------
        torch.Tensor, (batch, 1, dim + classes)
            Embedding, and after it the logits.
        """
        return self._classify(*self._normalised(wavs, lens))

    def with_statistics(self, wavs, lens):
        """Embed and classify a batch, and give its utterance statistics.

        Arguments
        ---------
        wavs, lens
            As for ``extract``.

        Returns
        -------
        both : torch.Tensor, (batch, 1, dim + classes)
            As of ``forward``.
        statistics : torch.Tensor, (batch, 2 * frame dim)
            Mean and standard deviation of the normalised real frames.
        """
        frames, n_frames = self._normalised(wavs, lens)
        longest = int(n_frames.max())
        pooling = MeanStdPooling(frames.shape[-1])
        statistics = pooling(frames[:, :longest], n_frames / longest)
        return self._classify(frames, n_frames), statistics.float()

    def _normalised(self, wavs, lens):
        """Normalised frames, 0 in the padding, and how many are real."""
        frames, n_frames = self.extract(wavs, lens)
        is_real = real_mask(n_frames, frames.shape[1])[..., None]
        return self.normaliser(frames).where(is_real, 0.0), n_frames

    def _classify(self, frames, n_frames):
        output = self.method({"frames": (frames, n_frames / n_frames.max())})
        both = torch.cat([output.embedding, output.logits], dim=-1)
        return both[:, None].float()


class LogPosterior(torch.nn.Module):
    """Log-probabilities out of what a ``EmotionEncoder`` gives, as ``classifier``.

    Arguments
    ---------
    n_classes : int
        How many columns, the last, are logits.

    Example
    -------
    >>> both = torch.tensor([[[7.0, 0.0, 0.0]]])
    >>> LogPosterior(2)(both).exp()
    tensor([[[0.5000, 0.5000]]])
    """

    def __init__(self, n_classes):
        super().__init__()
        self.n_classes = n_classes

    def forward(self, both):
        """Normalise the logits, (batch, 1, classes)."""
        return both[..., -self.n_classes :].log_softmax(dim=-1)
