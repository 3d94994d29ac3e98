"""Supervised contrastive learning with a speaker adversary."""

import torch

from speechbrain_clser.losses.masked_cross_entropy import masked_cross_entropy
from speechbrain_clser.losses.supcon import supcon
from speechbrain_clser.methods.base import Method, MethodOutput


class SupConSpkAdv(Method):
    """Train with cross-entropy, a supervised contrastive loss and a speaker adversary.

    The contrastive loss pulls utterances of one emotion together, with a larger
    weight for pairs of two languages; the adversary behind a gradient reversal
    layer removes speaker information from the embedding. No target data are
    used (zero-shot transfer).

    Arguments
    ---------
    encoder : torch.nn.Module
        Frames to frames: ``(frames, lens)``.
    pooling : torch.nn.Module
        Frames to embedding: ``(frames, lens)``.
    emotion_head : torch.nn.Module
        Embedding to logits.
    adversary : Adversary
        Embedding to a loss.
    temperature : float
        Of the contrastive loss. Not reported in the paper.
    language_weight : float
        Weight of a pair across languages (lambda); 1 is the plain supervised
        contrastive loss.
    reversal : float
        Strength of the reversed gradient. Not reported in the paper.
    label_smoothing : float
        Of the cross-entropy; the paper has none.

    Source
    ------
    Mi, Ma and Toda, Learning Emotion-discriminative Representations for
    Zero-Shot Cross-lingual Speech Emotion Recognition, Interspeech 2026,
    equations 3-12. The paper uses wav2vec 2.0 with LoRA and adapters, averaged
    over time; here the YAML sets encoder and pooling.

    Example
    -------
    >>> import torch
    >>> from speechbrain_clser.lobes.adversary import Adversary
    >>> from speechbrain_clser.lobes.conv_transformer import ConvTransformer
    >>> from speechbrain_clser.lobes.pooling import MeanStdPooling
    >>> method = SupConSpkAdv(
    ...     ConvTransformer(input_dim=5, dim=8),
    ...     MeanStdPooling(8),
    ...     torch.nn.Linear(16, 4),
    ...     Adversary(16),
    ... )
    >>> method.setup([0, 0, 1])
    >>> method({"frames": (torch.ones(2, 9, 5), torch.ones(2))}).logits.shape
    torch.Size([2, 4])
    """

    TARGETS = frozenset({"emotion", "speaker", "language"})
    LOSSES = frozenset({"emotion", "supcon", "adversary"})
    TRAINING_ONLY = frozenset({"adversary"})

    def __init__(
        self,
        encoder,
        pooling,
        emotion_head,
        adversary,
        temperature=0.07,
        language_weight=2.5,
        reversal=1.0,
        label_smoothing=0.0,
    ):
        super().__init__()
        self.encoder = encoder
        self.pooling = pooling
        self.emotion_head = emotion_head
        self.adversary = adversary
        self.temperature = temperature
        self.language_weight = language_weight
        self.reversal = reversal
        self.label_smoothing = label_smoothing
        # A loaded model has no adversary.
        if adversary is not None and adversary.against == "speaker_vector":
            self.TARGETS = self.TARGETS | {"style"}

    def setup(self, speaker_languages, phones=()):
        """Set the number of outputs of the adversary."""
        self.adversary.setup(speaker_languages)

    def begin_epoch(self, loader):
        """Set the vectors of the speakers, if the adversary uses them."""
        if "style" in self.TARGETS:
            with loader.dataset.output_keys_as(["style", "speaker"]):
                rows = list(loader.dataset)
            self.adversary.fit(
                torch.cat([row["style"] for row in rows]).float(),
                torch.tensor([row["speaker"] for row in rows]),
            )

    def forward(self, batch):
        """Compute logits and embedding of a batch from its frames."""
        frames, lens = batch["frames"]
        embedding = self.pooling(self.encoder(frames, lens), lens)
        return MethodOutput(self.emotion_head(embedding), embedding)

    def losses(self, output, batch):
        """Compute cross-entropy, contrastive and adversary losses."""
        emotion = batch["emotion"]
        return {
            "emotion": masked_cross_entropy(
                output.logits, emotion, label_smoothing=self.label_smoothing
            ),
            "supcon": supcon(
                output.embedding,
                emotion,
                batch["language"],
                self.temperature,
                self.language_weight,
            ),
            "adversary": self.adversary(output.embedding, batch, self.reversal),
        }
