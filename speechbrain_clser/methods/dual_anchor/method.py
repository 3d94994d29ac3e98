"""Dual anchoring: speaker-style communities and phone anchors."""

import torch

from speechbrain_clser.deprecation import (
    grouped_arguments,
    renamed_arguments,
)
from speechbrain_clser.lobes.segment_means import segment_means, within
from speechbrain_clser.losses.coral import coral
from speechbrain_clser.losses.masked_cross_entropy import masked_cross_entropy
from speechbrain_clser.methods.base import Method, MethodOutput
from speechbrain_clser.methods.dual_anchor.anchoring import (
    phone_anchoring,
    speaker_anchoring,
)
from speechbrain_clser.methods.dual_anchor.pseudo_labels import (
    PseudoLabelConfig,
)
from speechbrain_clser.methods.dual_anchor.state import (
    AnchoringConfig,
    AnchorState,
)


class DualAnchor(Method):
    """Speaker-style aware phoneme anchoring.

    Speakers with a similar style of an emotion, in any language, form the
    communities of that emotion, found by a graph neural network. In a speaker
    space, a triplet loss pulls utterances of one emotion and community together
    across languages; in a phone space, another pulls segments of one phone and
    emotion together, weighted by how similar the phone is across the languages.
    Target utterances have pseudo-labels of the classifier, or of its posteriors
    adapted to the target, and may be trained on in the ``emotion`` loss too.

    Arguments
    ---------
    encoder : torch.nn.Module
        Frames to frames: ``(frames, lens)``.
    pooling : torch.nn.Module
        Frames to embedding: ``(frames, lens)``.
    emotion_head : torch.nn.Module
        Embedding to logits.
    speaker_space, phone_space : torch.nn.Module
        Projections of the embedding and of the mean frame of a phone.
    n_classes : int
        Number of emotion classes.
    anchoring : AnchoringConfig
        Settings of communities, anchors and their losses.
    pseudo_labels : PseudoLabelConfig, optional
        Settings of the labels of target utterances.
    crop : RandomCrop, optional
        Crops the frames in training, and the phones with them.
    label_smoothing : float
        Of the cross-entropy.

    Source
    ------
    Our reconstruction of Upadhyay, Busso and Lee, Speaker Style-Aware Phoneme
    Anchoring for Improved Cross-Lingual Speech Emotion Recognition, arXiv
    2509.20373, 2025, whose full text was not available to us. ``coral`` is
    the layer anchoring of Upadhyay et al., Interspeech 2024, on the embedding.

    Example
    -------
    >>> import torch
    >>> from speechbrain_clser.lobes.conv_transformer import ConvTransformer
    >>> from speechbrain_clser.lobes.pooling import MeanStdPooling
    >>> method = DualAnchor(
    ...     ConvTransformer(input_dim=5, dim=8),
    ...     MeanStdPooling(8),
    ...     torch.nn.Linear(16, 4),
    ...     torch.nn.Linear(16, 3),
    ...     torch.nn.Linear(8, 3),
    ...     n_classes=4,
    ...     anchoring=AnchoringConfig(neutral=2),
    ... )
    >>> method({"frames": (torch.ones(2, 9, 5), torch.ones(2))}).logits.shape
    torch.Size([2, 4])
    """

    TARGETS = frozenset(
        {"emotion", "domain", "speaker", "language", "phones", "style"}
    )
    LOSSES = frozenset({"emotion", "speaker_anchor", "phone_anchor", "coral"})
    TRAINING_ONLY = frozenset({"speaker_space", "phone_space", "state"})

    @renamed_arguments(believed_share="pseudo_label_fraction")
    @grouped_arguments(
        anchoring=AnchoringConfig, pseudo_labels=PseudoLabelConfig
    )
    def __init__(
        self,
        encoder,
        pooling,
        emotion_head,
        speaker_space,
        phone_space,
        n_classes,
        anchoring,
        pseudo_labels=None,
        crop=None,
        label_smoothing=0.0,
    ):
        super().__init__()
        pseudo_labels = pseudo_labels or PseudoLabelConfig()
        self.encoder = encoder
        self.pooling = pooling
        self.emotion_head = emotion_head
        self.speaker_space = speaker_space
        self.phone_space = phone_space
        self.crop = crop
        self.state = AnchorState(n_classes, anchoring, pseudo_labels)
        if pseudo_labels.target_labels == "oracle":
            self.TARGETS = self.TARGETS | {"oracle_emotion"}
        if pseudo_labels.uses_table:
            self.TARGETS = self.TARGETS | {"id"}
        self.anchoring, self.pseudo_labels = anchoring, pseudo_labels
        self.label_smoothing = label_smoothing

    def setup(self, speaker_languages, phones=()):
        """Allocate the communities of all speakers and the anchors of all phones."""
        self.state.setup(len(speaker_languages), phones)

    def begin_epoch(self, loader):
        """Update communities and anchors from the training set."""
        self.state.refresh(self, loader, self.progress)

    def forward(self, batch):
        """Compute logits and embedding of a batch from its frames."""
        (frames, lens), extras = batch["frames"], {}
        if self.crop is not None:
            frames, lens, extras["stretch"] = self.crop.stretch(frames, lens)
        encoded = self.encoder(frames, lens)
        extras["frames"] = encoded, lens
        embedding = self.pooling(encoded, lens)
        logits = self.emotion_head(embedding)
        return MethodOutput(logits, embedding, extras)

    def losses(self, output, batch):
        """Compute cross-entropy, speaker anchoring, phone anchoring and CORAL."""
        labels, state = batch["emotion"], self.state
        ids = batch["id"] if self.pseudo_labels.uses_table else None
        emotion = state.labels_or_pseudo_labels(labels, output.logits, ids)
        language, speaker = batch["language"], batch["speaker"]
        community = state.community_of(speaker)

        phones = batch["phones"][0]
        if self.crop is not None:
            phones = within(phones, output.extras["stretch"])
        vectors, phone, row = segment_means(*output.extras["frames"], phones)
        weight = state.weight_of(emotion[row], phone)
        use = self._sample_anchors(state.is_anchor_somewhere(phone))
        row, of_emotion = row[use], emotion[row[use]].clamp(min=0)

        is_target = batch["domain"] == 1
        return {
            "emotion": self._cross_entropy(
                output.logits, labels, torch.where(is_target, emotion, -1)
            ),
            "speaker_anchor": speaker_anchoring(
                self.speaker_space(output.embedding),
                emotion,
                language,
                community,
                self.anchoring.margin,
            ),
            "phone_anchor": phone_anchoring(
                self.phone_space(vectors[use]),
                phone[use],
                emotion[row],
                language[row],
                community[row, of_emotion],
                weight[use],
                self.anchoring.margin,
            ),
            "coral": coral(
                output.embedding[~is_target], output.embedding[is_target]
            ),
        }

    def _cross_entropy(self, logits, labels, target_labels):
        """Compute that of labelled, and of pseudo-labelled target utterances."""
        smoothing = {"label_smoothing": self.label_smoothing}
        weight = self.pseudo_labels.pseudo_label_weight
        loss = masked_cross_entropy(logits, labels, **smoothing)
        if weight:
            pseudo_labels = torch.where(labels < 0, target_labels, -1)
            loss = loss + weight * masked_cross_entropy(
                logits, pseudo_labels, **smoothing
            )
        return loss

    def _sample_anchors(self, is_anchor):
        """Return indices of at most ``n_segments`` anchors, to limit the pairs."""
        indices = is_anchor.nonzero().ravel()
        if len(indices) <= self.anchoring.n_segments:
            return indices
        order = torch.randperm(len(indices), device=indices.device)
        return indices[order[: self.anchoring.n_segments]]

    def diagnostics(self):
        """Return the history of communities and anchors, and the pseudo-labels."""
        return {
            "anchoring": self.state.history,
            "pseudo_labels": self.state.table,
        }

    @staticmethod
    def report_entries(run):
        """Collect communities, anchors and numbers of pseudo-labels."""
        from speechbrain_clser.methods.dual_anchor import report

        return {"anchoring": report.anchoring(run)}

    @staticmethod
    def report_sections(report):
        """Return the template of communities, anchors and numbers of pseudo-labels."""
        from speechbrain_clser.methods.dual_anchor import plots

        return '{% include "methods/dual_anchor/report.j2" %}', {"plots": plots}
