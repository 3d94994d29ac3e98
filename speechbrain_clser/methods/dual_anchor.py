"""Emotions anchored in two spaces: by how speakers voice them, and by phones."""

import torch

from speechbrain_clser.deprecation import renamed_arguments
from speechbrain_clser.lobes.segment_means import segment_means, within
from speechbrain_clser.losses.anchoring import (
    phone_anchoring,
    speaker_anchoring,
)
from speechbrain_clser.losses.coral import coral
from speechbrain_clser.losses.masked_cross_entropy import masked_cross_entropy
from speechbrain_clser.methods._anchor_state import AnchorState
from speechbrain_clser.methods.base import Method, MethodOutput


class DualAnchor(Method):
    """Speaker-style aware phoneme anchoring.

    Speakers who voice an emotion alike, whatever their language, form the
    communities of that emotion, found by a graph network. In a speaker space,
    utterances of one emotion and community are drawn together across
    languages; in a phone space, segments of one phone and emotion are, as far
    as the phone voices the emotion alike in the languages. Labels of the
    target are guesses of the classifier itself.

    Arguments
    ---------
    encoder : torch.nn.Module
        Frames to frames: ``(frames, lens)``.
    pooling : torch.nn.Module
        Frames to embedding: ``(frames, lens)``.
    emotion_head : torch.nn.Module
        Embedding to logits.
    speaker_space, phone_space : torch.nn.Module
        Embedding, and mean frame of a phone, to the vectors that are anchored.
    n_classes, neutral : int
        Emotions, and the one that styles are differences from; -1 if none.
    crop : RandomCrop, optional
        Of the frames, in training; the phones are cropped with them.
    margin : float
        Of both triplet losses, as a difference of cosines.
    n_segments : int
        Drawn of a batch for the phone space, if there are more.
    label_smoothing : float
        Of the cross-entropy.
    **anchoring
        How communities and anchors are found; see ``AnchorState``.

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
    ...     neutral=2,
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
    def __init__(
        self,
        encoder,
        pooling,
        emotion_head,
        speaker_space,
        phone_space,
        n_classes,
        neutral,
        crop=None,
        margin=0.2,
        n_segments=512,
        label_smoothing=0.0,
        **anchoring,
    ):
        super().__init__()
        self.encoder = encoder
        self.pooling = pooling
        self.emotion_head = emotion_head
        self.speaker_space = speaker_space
        self.phone_space = phone_space
        self.crop = crop
        self.state = AnchorState(n_classes, neutral, **anchoring)
        if self.state.target_labels == "oracle":
            self.TARGETS = self.TARGETS | {"oracle_emotion"}
        self.margin = margin
        self.n_segments = n_segments
        self.label_smoothing = label_smoothing

    def setup(self, speaker_languages, phones=()):
        """Make room for a community of each speaker, an anchor of each phone."""
        self.state.setup(len(speaker_languages), phones)

    def begin_epoch(self, loader):
        """Hear the training material, find communities and anchors anew."""
        self.state.refresh(self, loader, self.progress)

    def forward(self, batch):
        """Logits and embedding of a batch, from its frames alone."""
        (frames, lens), extras = batch["frames"], {}
        if self.crop is not None:
            frames, lens, extras["stretch"] = self.crop.stretch(frames, lens)
        encoded = self.encoder(frames, lens)
        extras["frames"] = encoded, lens
        embedding = self.pooling(encoded, lens)
        logits = self.emotion_head(embedding)
        return MethodOutput(logits, embedding, extras)

    def losses(self, output, batch):
        """Name the emotion; anchor utterances, and anchor phones."""
        known, state = batch["emotion"], self.state
        emotion = state.believed(known, output.logits)
        language, speaker = batch["language"], batch["speaker"]
        community = state.community_of(speaker)

        phones = batch["phones"][0]
        if self.crop is not None:
            phones = within(phones, output.extras["stretch"])
        vectors, phone, row = segment_means(*output.extras["frames"], phones)
        weight = state.weight_of(emotion[row], phone)
        use = self._drawn(state.is_anchor_somewhere(phone))
        row, of_emotion = row[use], emotion[row[use]].clamp(min=0)

        is_target = batch["domain"] == 1
        return {
            "emotion": masked_cross_entropy(
                output.logits, known, label_smoothing=self.label_smoothing
            ),
            "speaker_anchor": speaker_anchoring(
                self.speaker_space(output.embedding),
                emotion,
                language,
                community,
                self.margin,
            ),
            "phone_anchor": phone_anchoring(
                self.phone_space(vectors[use]),
                phone[use],
                emotion[row],
                language[row],
                community[row, of_emotion],
                weight[use],
                self.margin,
            ),
            "coral": coral(
                output.embedding[~is_target], output.embedding[is_target]
            ),
        }

    def _drawn(self, is_anchor):
        """Places of the segments that count: all pairs of more take long."""
        places = is_anchor.nonzero().ravel()
        if len(places) <= self.n_segments:
            return places
        order = torch.randperm(len(places), device=places.device)
        return places[order[: self.n_segments]]

    def diagnostics(self):
        """Communities and anchors of every epoch that found them."""
        return {"anchoring": self.state.history}
