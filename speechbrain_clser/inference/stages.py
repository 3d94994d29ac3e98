"""Implement the modules that SpeechBrain's EncoderClassifier calls.

EncoderClassifier calls ``compute_features(wavs)``, ``mean_var_norm(features, lens)``,
``embedding_model(features, lens)`` and ``classifier(embedding)``. The first two do
nothing here: masking padded frames needs the lengths of the waveforms, so features
are extracted in the ``EmotionEncoder``, which is the ``embedding_model``.
"""

import logging

import torch

from speechbrain_clser.deprecation import renamed_part
from speechbrain_clser.features.spectrum import real_mask, shortest, widest
from speechbrain_clser.lobes.pooling import MeanStdPooling

logger = logging.getLogger(__name__)


def __getattr__(name):
    """Return a class by its name in the previous version."""
    return renamed_part(__name__, name)


class NoNormalization(torch.nn.Module):
    """Return the input unchanged, as ``mean_var_norm``."""

    def forward(self, features, lens):
        """Return the features."""
        return features


class NoEmbeddingNormalization(torch.nn.Module):
    """Refuse to normalise embeddings, as ``mean_var_norm_emb``.

    ``EncoderClassifier.encode_batch(wavs, normalize=True)`` calls it.

    Example
    -------
    >>> NoEmbeddingNormalization()(torch.zeros(1, 1, 4), torch.ones(1))
    Traceback (most recent call last):
    ...
    ValueError: expected encode_batch(wavs, normalize=False), got normalize=True...
    """

    def forward(self, embedding, lens):
        """Raise ValueError."""
        raise ValueError(
            "expected encode_batch(wavs, normalize=False), got normalize=True; "
            "this model has no statistics of embeddings: leave `normalize` out"
        )


class EmotionEncoder(torch.nn.Module):
    """Compute embeddings and logits of waveforms, as ``embedding_model``.

    Some methods compute logits from more than the embedding, and
    EncoderClassifier passes on a single tensor; so the output contains both.

    Arguments
    ---------
    extractor : Extractor
        Waveforms to frames.
    normaliser : torch.nn.Module
        Frames to normalised frames, as in training.
    method : Method
        Frames to embedding and logits; modules that only training uses are
        removed.
    longest_s : float, optional
        Maximum input length in seconds, as in training; longer recordings are
        truncated, which is logged once.
    """

    def __init__(self, extractor, normaliser, method, longest_s=None):
        super().__init__()
        self.extractor = extractor
        self.normaliser = normaliser
        self.method = method.for_inference()
        self.longest_s, self.has_warned = longest_s, False

    def extract(self, wavs, lens):
        """Extract frames without normalisation.

        Arguments
        ---------
        wavs : torch.Tensor, (batch, samples)
            Waveforms at the sample rate of the extractor, padded at the end.
        lens : torch.Tensor, (batch,)
            Relative lengths, 0-1.

        Returns
        -------
        frames : torch.Tensor, (batch, frames, dim)
            Frames; values in the padding are arbitrary.
        n_frames : torch.LongTensor, (batch,)
            Number of frames that are not padding.

        Raises
        ------
        ValueError
            If a row has no samples.
        """
        n_samples = (lens * wavs.shape[1]).round().long()
        if shortest(n_samples, 1) < 1:
            raise ValueError(
                f"expected one sample or more in each row, found {wavs.shape[1]} "
                f"samples with relative lengths {lens.tolist()}; leave empty "
                "recordings out"
            )
        if self.longest_s is not None:
            most = round(self.longest_s * self.extractor.sample_rate_hz)
            self._warn(widest(n_samples, 0) > most)  # not during export
            n_samples = n_samples.clamp(max=most)
            # An exported graph supports ``min``, but not a slice out of range.
            wavs = wavs[:, : min(wavs.shape[1], most)]
        longest = widest(n_samples, wavs.shape[1])
        frames = self.extractor(wavs[:, :longest], n_samples / longest)
        return frames, self.extractor.n_frames(n_samples)

    def _warn(self, is_cut):
        """Log once that recordings are truncated."""
        if is_cut and not self.has_warned:
            self.has_warned = True
            logger.warning(
                "this model uses the first %g s of a recording, as in its "
                "training; classify longer ones in windows: classify_long, or "
                "clser predict --window-s 4",
                self.longest_s,
            )

    def forward(self, wavs, lens, texts=None):
        """Embed and classify a batch.

        Arguments
        ---------
        wavs, lens
            As for ``extract``.
        texts : list of str, optional
            Transcript of each row, blank if there is none, for an extractor with a
            ``text``; by default there are none.

        Returns
        -------
        torch.Tensor, (batch, 1, dim + classes)
            Embedding, followed by the logits.
        """
        return self._classify(*self._normalised(wavs, lens), texts)

    def with_statistics(self, wavs, lens):
        """Embed and classify a batch and compute its utterance statistics.

        Arguments
        ---------
        wavs, lens
            As for ``extract``.

        Returns
        -------
        both : torch.Tensor, (batch, 1, dim + classes)
            As for ``forward``.
        statistics : torch.Tensor, (batch, 2 * frame dim)
            Mean and standard deviation of the normalised frames, padding
            excluded.
        """
        frames, n_frames = self._normalised(wavs, lens)
        longest = int(n_frames.max())
        pooling = MeanStdPooling(frames.shape[-1])
        statistics = pooling(frames[:, :longest], n_frames / longest)
        return self._classify(frames, n_frames), statistics.float()

    def _normalised(self, wavs, lens):
        """Return normalised frames, 0 in the padding, and their number."""
        frames, n_frames = self.extract(wavs, lens)
        is_real = real_mask(n_frames, frames.shape[1])[..., None]
        return self.normaliser(frames).where(is_real, 0.0), n_frames

    def _classify(self, frames, n_frames, texts=None):
        batch = {"frames": (frames, n_frames / n_frames.max())}
        if texts is not None:
            batch["text"] = self.extractor.text.embed(texts)
        output = self.method(batch)
        both = torch.cat([output.embedding, output.logits], dim=-1)
        return both[:, None].float()


class LogPosterior(torch.nn.Module):
    """Compute log-probabilities from ``EmotionEncoder`` output, as ``classifier``.

    Arguments
    ---------
    n_classes : int
        Number of classes; the last columns of the input are the logits.

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


class Values(LogPosterior):
    """Compute values of 0-1 from ``EmotionEncoder`` output, as ``classifier``.

    Arguments
    ---------
    n_classes : int
        Number of dimensions; the last columns of the input are the logits.

    Example
    -------
    >>> Values(2)(torch.tensor([[[7.0, 0.0, 1.0]]]))
    tensor([[[0.5000, 0.7311]]])
    """

    def forward(self, both):
        """Decode the logits, (batch, 1, dimensions); see ``tasks.Dimensions``."""
        return both[..., -self.n_classes :].sigmoid()
