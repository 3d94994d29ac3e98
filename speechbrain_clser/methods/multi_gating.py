"""Multi-gating: several encoders, combined with weights of each language."""

import torch

from speechbrain_clser.lobes.language_gate import LanguageGate
from speechbrain_clser.lobes.pooling import MeanStdPooling
from speechbrain_clser.losses.masked_cross_entropy import masked_cross_entropy
from speechbrain_clser.losses.supcon import supcon
from speechbrain_clser.methods.base import Method, MethodOutput


class MultiGating(Method):
    """Combine several encoders by a gate for each language; encode, pool, classify.

    Each utterance is embedded twice in training, with the gate of its language and
    with the mean gate, as an utterance of an unknown language. Prediction needs audio
    alone and uses the mean gate. A contrastive loss separates the emotions.

    Arguments
    ---------
    streams : list of Stream
        ``(frames, lens)`` to frames of an encoder and their lens; all of one
        ``output_dim`` and frame rate.
    encoder : torch.nn.Module
        Combined frames to frames: ``(frames, lens)``.
    pooling : torch.nn.Module
        Frames to embedding: ``(frames, lens)``.
    emotion_head : torch.nn.Module
        Embedding to logits.
    max_languages : int
        Highest number of languages in training.
    temperature : float
        Of the contrastive loss.
    label_smoothing : float
        Of the cross-entropies.

    Source
    ------
    Our reconstruction of Wang et al., Multilingual Speech Emotion Recognition with
    Multi-Gating Mechanism and Neural Architecture Search, arXiv 2211.08237, from its
    abstract: a weighted combination of several pretrained encoders for each language,
    and a contrastive auxiliary loss. The form of the gate, the mean gate and its
    loss are ours; the search of a structure per language is a grid of the YAML.

    Example
    -------
    >>> from speechbrain_clser.lobes.conv_transformer import ConvTransformer
    >>> from speechbrain_clser.lobes.stream import Stream
    >>> places = {"one": (0, 2), "two": (2, 5)}
    >>> method = MultiGating(
    ...     [
    ...         Stream(places, "one", ConvTransformer(2, 8)),
    ...         Stream(places, "two", ConvTransformer(3, 8)),
    ...     ],
    ...     ConvTransformer(8, 8),
    ...     MeanStdPooling(8),
    ...     torch.nn.Linear(16, 4),
    ... )
    >>> method({"frames": (torch.ones(2, 9, 5), torch.ones(2))}).logits.shape
    torch.Size([2, 4])
    """

    TARGETS = frozenset({"emotion", "language"})
    LOSSES = frozenset({"emotion", "language_emotion", "supcon"})

    def __init__(
        self,
        streams,
        encoder,
        pooling,
        emotion_head,
        max_languages=8,
        temperature=0.07,
        label_smoothing=0.0,
    ):
        super().__init__()
        self.streams = torch.nn.ModuleList(streams)
        dim = streams[0].output_dim
        self.mean = MeanStdPooling(dim, with_std=False)
        self.gate = LanguageGate(
            dim * len(streams), len(streams), max_languages
        )
        self.encoder, self.pooling = encoder, pooling
        self.emotion_head = emotion_head
        self.temperature = temperature
        self.label_smoothing = label_smoothing

    def setup(self, speaker_languages, phones=()):
        """Set the number of gates."""
        self.gate.setup(max(speaker_languages) + 1)

    def forward(self, batch):
        """Compute logits and embedding of a batch from its frames, by the mean gate."""
        encoded = [stream(*batch["frames"]) for stream in self.streams]
        streams = torch.stack([frames for frames, _ in encoded], dim=-1)
        lens = encoded[0][1]
        embedding = self.embed(streams, lens)
        extras = {"streams": streams, "lens": lens}
        return MethodOutput(self.emotion_head(embedding), embedding, extras)

    def embed(self, streams, lens, language=None):
        """Combine the streams of utterances and embed the result.

        Arguments
        ---------
        streams : torch.Tensor, (batch, frames, dim, streams)
            Encoded.
        lens : torch.Tensor, (batch,)
            Fraction of each row that is real, 0-1.
        language : torch.Tensor of int, (batch,), optional
            Codes; -1, or none given: unknown.

        Returns
        -------
        torch.Tensor, (batch, dim of the pooling)
            Embeddings.
        """
        means = self.mean(streams.flatten(start_dim=2), lens)
        weights = self.gate(means, language)
        combined = (streams * weights[:, None, None]).sum(dim=-1)
        return self.pooling(self.encoder(combined, lens), lens)

    def losses(self, output, batch):
        """Compute the cross-entropies with both gates, and the contrastive loss."""
        emotion, language = batch["emotion"], batch["language"]
        own = self.embed(**output.extras, language=language)
        return {
            "emotion": masked_cross_entropy(
                output.logits, emotion, label_smoothing=self.label_smoothing
            ),
            "language_emotion": masked_cross_entropy(
                self.emotion_head(own),
                emotion,
                label_smoothing=self.label_smoothing,
            ),
            "supcon": supcon(own, emotion, language, self.temperature),
        }
