"""Emotions found abroad by resonance with a few labelled utterances."""

import torch

from speechbrain_clser.deprecation import renamed_arguments
from speechbrain_clser.losses.balance import balance
from speechbrain_clser.losses.consistency import consistency, thresholds
from speechbrain_clser.losses.field import field, reliability, self_organise
from speechbrain_clser.losses.geometry import geometry, places
from speechbrain_clser.losses.masked_cross_entropy import masked_cross_entropy
from speechbrain_clser.losses.resonance import gather, neighbours, products
from speechbrain_clser.losses.supcon import supcon
from speechbrain_clser.losses.tric import (
    labelled_link,
    unlabelled_link,
    visit,
    walk,
)
from speechbrain_clser.methods._prototypes import Prototypes
from speechbrain_clser.methods.base import Method, MethodOutput

LINKS = ("labelled_pairs", "labelled_link", "unlabelled_link")
CHAIN = ("walk", "visit")
READINGS = {"links": LINKS, "chain": CHAIN, "both": LINKS + CHAIN}
RESONATORS = ("highlights", "utterance")


class Sere(Method):
    """Semi-supervised semantic-emotional resonance embedding.

    A few labelled utterances of the source give each emotion a prototype. All
    others, of any language, are unlabelled: their highlights resonate with the
    prototypes (the field) and with each other, and by that they organise
    themselves; the links and walks of TRIC draw together what resonates.

    Classifier and field answer together: the logits are the mean of their log
    posteriors. Every training step looks at a second, changed view of its
    batch; what both say of the first view, the classifier learns to say of the
    second.

    Arguments
    ---------
    encoder : torch.nn.Module
        Frames to frames: ``(frames, lens)``.
    dynamics : torch.nn.Module
        Frames to the dynamic stream: ``(frames, lens)``.
    gate : HighlightGate
        Which frames count, and how much.
    emotion_head : torch.nn.Module
        Embedding to logits.
    classes : list of str
        Canonical emotions, in the order of the logits.
    change : list of callable
        Of the second view: ``(frames, lens)`` to the same.
    tric : str
        ``"links"``, ``"chain"`` or ``"both"``; the losses of the other reading
        are 0.
    field_level : str
        What the field hears: ``"highlights"``, frame by frame, or the control
        ``"utterance"``, their sum.
    temperature : float
        Of resonance, in all losses and in the field.
    momentum : float
        Of the prototypes, 0-1.
    n_neighbours : int
        In the resonance graph; half of them forced to be of other languages.
    propagation_alpha : float
        What a round of self-organisation takes from the neighbours, 0-1; 0 is
        none.
    highest_threshold : float
        Chance from which the most frequent class is believed, 0-1.
    warm_up : float
        Share of the training before unlabelled utterances count, 0-1.
    label_smoothing : float
        Of the cross-entropy.

    Source
    ------
    Our reconstruction of Semantic-Emotional Resonance Embedding, arXiv
    2604.07417, ICME 2026, whose equations were not available to us. Theirs has
    an encoder per language, with an adapter each: ``features.per_language``
    puts their frames side by side, and the first layer of ``encoder``, which is
    linear, is the adapters.

    Example
    -------
    >>> from speechbrain_clser.lobes.conv_transformer import ConvTransformer
    >>> from speechbrain_clser.lobes.cosine_head import CosineHead
    >>> from speechbrain_clser.lobes.delta_features import DeltaFeatures
    >>> from speechbrain_clser.lobes.highlight_gate import HighlightGate
    >>> method = Sere(
    ...     ConvTransformer(input_dim=5, dim=8),
    ...     DeltaFeatures([0, 1]),
    ...     HighlightGate(8, dynamics_dim=4),
    ...     CosineHead(8, 2),
    ...     classes=["anger", "sadness"],
    ... )
    >>> method({"frames": (torch.ones(2, 9, 5), torch.ones(2))}).logits.shape
    torch.Size([2, 2])
    """

    TARGETS = frozenset({"emotion", "language"})
    LOSSES = frozenset(
        {"emotion", *LINKS, *CHAIN, "geometry", "balance", "consistency"}
    )
    TRAINING_ONLY = frozenset({"change"})

    @renamed_arguments(heard_share="propagation_alpha", resonates="field_level")
    def __init__(
        self,
        encoder,
        dynamics,
        gate,
        emotion_head,
        classes,
        change=(),
        tric="both",
        field_level="highlights",
        temperature=0.1,
        momentum=0.9,
        n_neighbours=10,
        propagation_alpha=0.5,
        highest_threshold=0.8,
        warm_up=0.17,
        label_smoothing=0.0,
    ):
        super().__init__()
        if tric not in READINGS:
            raise ValueError(
                f"tric must be one of {', '.join(READINGS)}, got {tric!r}"
            )
        if field_level not in RESONATORS:
            raise ValueError(
                f"field_level must be one of {', '.join(RESONATORS)}, got "
                f"{field_level!r}"
            )
        self.encoder = encoder
        self.dynamics = dynamics
        self.gate = gate
        self.emotion_head = emotion_head
        self.change = torch.nn.ModuleList(change)
        self.structure = Prototypes(encoder.output_dim, len(classes), momentum)
        self.register_buffer("places", places(classes), persistent=False)
        self.tric, self.field_level = tric, field_level
        self.temperature = temperature
        self.n_neighbours = n_neighbours
        self.propagation_alpha = propagation_alpha
        self.highest_threshold = highest_threshold
        self.warm_up = warm_up
        self.label_smoothing = label_smoothing

    def begin_epoch(self, loader):
        """Write down what the epoch before has found."""
        self.structure.end_epoch()

    def forward(self, batch):
        """Logits and embedding of a batch, from its frames alone."""
        frames, lens = batch["frames"]
        encoded = self.encoder(frames, lens)
        weights = self.gate(encoded, self.dynamics(frames, lens), lens)
        embedding = gather(encoded, weights)
        if self.field_level == "utterance":
            encoded, attention = (
                embedding[:, None],
                weights.new_ones(len(lens), 1),
            )
        else:
            attention = weights
        strength = field(
            encoded,
            attention > 0,
            self.structure.prototypes,
            self.temperature,
        )
        named = self.emotion_head(embedding)
        found = strength / self.temperature
        return MethodOutput(
            (named.log_softmax(dim=-1) + found.log_softmax(dim=-1)) / 2,
            embedding,
            {
                "frames": (frames, lens),
                "highlights": weights,
                "named": named,
                "field": strength,
            },
        )

    def losses(self, output, batch):
        """Name the labelled, and let the others resonate."""
        emotion, language = batch["emotion"], batch["language"]
        free = emotion < 0
        if self.training:
            self.structure.update(output.embedding, emotion)
        frames, lens = output.extras["frames"]
        for change in self.change:
            frames, lens = change(frames, lens)
        other = self({"frames": (frames, lens)})

        threshold = thresholds(
            self.structure.mean_posterior, self.highest_threshold
        )
        posterior = output.logits[free].float().softmax(dim=-1)
        counts = float(self.progress >= self.warm_up)
        return {
            "emotion": masked_cross_entropy(
                torch.cat([output.extras["named"], other.extras["named"]]),
                emotion.repeat(2),
                label_smoothing=self.label_smoothing,
            ),
            **self._tric(output, other, emotion, language, threshold),
            "geometry": geometry(output.embedding, emotion, self.places),
            "balance": balance(output.logits[free]) * counts,
            "consistency": counts
            * consistency(other.extras["named"][free], posterior, threshold),
        }

    def _tric(self, output, other, emotion, language, threshold):
        """Losses of both readings; those of the reading not chosen are 0."""
        resonance = products(output.embedding, output.embedding)
        near = neighbours(resonance, language, self.n_neighbours)
        posterior = self._posterior(output, emotion, resonance, near)
        sure, tau = reliability(posterior), self.temperature
        if self.training:
            free = emotion < 0
            self.structure.record(
                self.progress,
                output.logits[free].float().softmax(dim=-1),
                posterior[free],
                sure[free],
                threshold,
            )
        terms = {
            "labelled_pairs": lambda: supcon(
                torch.cat([output.embedding, other.embedding]),
                emotion.repeat(2),
                language.repeat(2),
                tau,
            ),
            "labelled_link": lambda: labelled_link(
                resonance, emotion, posterior, sure, tau
            ),
            "unlabelled_link": lambda: unlabelled_link(
                resonance, emotion, near, posterior, sure, tau
            ),
            "walk": lambda: walk(resonance, emotion, tau),
            "visit": lambda: visit(resonance, emotion, tau),
        }
        return {
            name: term()
            if name in READINGS[self.tric]
            else output.embedding.sum() * 0.0
            for name, term in terms.items()
        }

    @torch.no_grad()
    def _posterior(self, output, emotion, resonance, near):
        """What each utterance is: its label, or what the field says of it."""
        chance = (output.extras["field"] / self.temperature).softmax(dim=-1)
        is_known = emotion >= 0
        truth = torch.nn.functional.one_hot(
            emotion.clamp(min=0), chance.shape[-1]
        )
        chance = torch.where(is_known[:, None], truth.to(chance), chance)
        return self_organise(
            chance,
            resonance,
            near,
            is_known,
            self.propagation_alpha,
            temperature=self.temperature,
        )

    def diagnostics(self):
        """What the field found among the unlabelled, epoch by epoch."""
        self.structure.end_epoch()
        return {"field": self.structure.history}
