"""Emotions of all languages close together, speakers impossible to tell."""

from speechbrain_clser.losses.masked_cross_entropy import masked_cross_entropy
from speechbrain_clser.losses.supcon import supcon
from speechbrain_clser.methods.base import Method, MethodOutput


class SupConSpkAdv(Method):
    """Zero-shot transfer by contrast across languages and against speakers.

    Cross-entropy names the emotion; a supervised contrastive loss pulls
    utterances of one emotion together, those of two languages more than those
    of one; an adversary behind a gradient reversal takes the speaker out of
    the embedding. Nothing of the target is used.

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
        Of the contrast. Not reported in the paper.
    language_weight : float
        Of a pair across languages (lambda); 1 is plain supervised contrast.
    reversal : float
        Strength of the reversed gradient. Not reported in the paper.
    label_smoothing : float
        Of the cross-entropy; the paper has none.

    Source
    ------
    Mi, Ma and Toda, Learning Emotion-discriminative Representations for
    Zero-Shot Cross-lingual Speech Emotion Recognition, Interspeech 2026,
    equations 3-12. Theirs is a wav2vec 2.0 with LoRA and adapters, averaged
    over time; encoder and pooling here are whatever the YAML builds.

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

    def setup(self, speaker_languages, phones=()):
        """Let the adversary know how many names there are."""
        self.adversary.setup(speaker_languages)

    def forward(self, batch):
        """Logits and embedding of a batch, from its frames alone."""
        frames, lens = batch["frames"]
        embedding = self.pooling(self.encoder(frames, lens), lens)
        return MethodOutput(self.emotion_head(embedding), embedding)

    def losses(self, output, batch):
        """Name the emotion, contrast it, hide the speaker."""
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
