"""Semi-supervised resonance from a few labelled source utterances."""

import dataclasses

import torch

from speechbrain_clser.deprecation import (
    grouped_arguments,
    renamed_arguments,
)
from speechbrain_clser.losses.consistency import consistency, thresholds
from speechbrain_clser.losses.masked_cross_entropy import masked_cross_entropy
from speechbrain_clser.losses.supcon import supcon
from speechbrain_clser.methods.base import Method, MethodOutput
from speechbrain_clser.methods.sere.balance import balance
from speechbrain_clser.methods.sere.field import (
    field,
    reliability,
    self_organise,
)
from speechbrain_clser.methods.sere.geometry import geometry, places
from speechbrain_clser.methods.sere.prototypes import Prototypes
from speechbrain_clser.methods.sere.resonance import (
    gather,
    neighbours,
    products,
)
from speechbrain_clser.methods.sere.tric import (
    labelled_link,
    unlabelled_link,
    visit,
    walk,
)

LINKS = ("labelled_pairs", "labelled_link", "unlabelled_link")
CHAIN = ("walk", "visit")
TRIC_VARIANTS = {"links": LINKS, "chain": CHAIN, "both": LINKS + CHAIN}
FIELD_LEVELS = ("highlights", "utterance")


@dataclasses.dataclass(frozen=True)
class ResonanceConfig:
    """Settings of the field and of the propagation of its posteriors.

    Arguments
    ---------
    field_level : str
        Input of the field: ``"highlights"``, frame by frame, or the control
        ``"utterance"``, their weighted sum.
    temperature : float
        Of the similarities, in all losses and in the field.
    momentum : float
        Of the prototypes, 0-1.
    n_neighbours : int
        In the resonance graph; half of them are of other languages.
    propagation_alpha : float
        Weight of the neighbours in a round of label propagation, 0-1.
    highest_threshold : float
        Minimum probability of a pseudo-label of the most frequent class, 0-1.
    warm_up : float
        Fraction of the training before unlabelled utterances count, 0-1.

    Raises
    ------
    ValueError
        If ``field_level`` is neither of the two.

    Example
    -------
    >>> ResonanceConfig(temperature=0.2).field_level
    'highlights'
    """

    field_level: str = "highlights"
    temperature: float = 0.1
    momentum: float = 0.9
    n_neighbours: int = 10
    propagation_alpha: float = 0.5
    highest_threshold: float = 0.8
    warm_up: float = 0.17

    def __post_init__(self):
        if self.field_level not in FIELD_LEVELS:
            raise ValueError(
                f"field_level must be one of {', '.join(FIELD_LEVELS)}, got "
                f"{self.field_level!r}"
            )


class Sere(Method):
    """Semi-supervised semantic-emotional resonance embedding.

    A few labelled utterances of the source define a prototype of each emotion.
    All others, of any language, are unlabelled: the similarity of their
    highlights to the prototypes (the field) gives posteriors, which are
    propagated between similar utterances; the link and walk losses of TRIC pull
    similar utterances together.

    The logits are the mean of the log posteriors of classifier and field. Each
    training step also encodes an augmented view of its batch, on which the
    classifier is trained to predict the pseudo-labels of the first view.

    Arguments
    ---------
    encoder : torch.nn.Module
        Frames to frames: ``(frames, lens)``.
    dynamics : torch.nn.Module
        Frames to the dynamic stream: ``(frames, lens)``.
    gate : HighlightGate
        Weights of the frames.
    emotion_head : torch.nn.Module
        Embedding to logits.
    classes : list of str
        Canonical emotions, in the order of the logits.
    change : list of callable
        Augmentations of the second view: ``(frames, lens)`` to the same.
    tric : str
        ``"links"``, ``"chain"`` or ``"both"``; the losses of a variant that is
        not chosen are 0.
    resonance : ResonanceConfig, optional
        Settings of the field and of the propagation.
    label_smoothing : float
        Of the cross-entropy.

    Source
    ------
    Our reconstruction of Semantic-Emotional Resonance Embedding, arXiv
    2604.07417, ICME 2026, whose equations were not available to us. The paper
    has an encoder and an adapter per language: ``features.per_language``
    concatenates the frames of the encoders, and the first, linear layer of
    ``encoder`` takes the place of the adapters.

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
    SHOWS_WAVEFORMS = True

    @renamed_arguments(heard_share="propagation_alpha", resonates="field_level")
    @grouped_arguments(resonance=ResonanceConfig)
    def __init__(
        self,
        encoder,
        dynamics,
        gate,
        emotion_head,
        classes,
        change=(),
        tric="both",
        resonance=None,
        label_smoothing=0.0,
    ):
        super().__init__()
        resonance = resonance or ResonanceConfig()
        if tric not in TRIC_VARIANTS:
            raise ValueError(
                f"tric must be one of {', '.join(TRIC_VARIANTS)}, got {tric!r}"
            )
        self.encoder = encoder
        self.dynamics = dynamics
        self.gate = gate
        self.emotion_head = emotion_head
        self.change = torch.nn.ModuleList(change)
        self.structure = Prototypes(
            encoder.output_dim, len(classes), resonance.momentum
        )
        self.register_buffer("places", places(classes), persistent=False)
        self.tric, self.resonance = tric, resonance
        self.label_smoothing = label_smoothing

    def begin_epoch(self, loader):
        """Store the statistics of the previous epoch."""
        self.structure.end_epoch()

    def forward(self, batch):
        """Compute logits and embedding of a batch from its frames."""
        frames, lens = batch["frames"]
        encoded = self.encoder(frames, lens)
        weights = self.gate(encoded, self.dynamics(frames, lens), lens)
        embedding = gather(encoded, weights)
        if self.resonance.field_level == "utterance":
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
            self.resonance.temperature,
        )
        head_logits = self.emotion_head(embedding)
        field_logits = strength / self.resonance.temperature
        return MethodOutput(
            (head_logits.log_softmax(dim=-1) + field_logits.log_softmax(dim=-1))
            / 2,
            embedding,
            {
                "frames": (frames, lens),
                "highlights": weights,
                "head_logits": head_logits,
                "field": strength,
            },
        )

    def losses(self, output, batch):
        """Compute supervised, TRIC, geometry, balance and consistency losses."""
        emotion, language = batch["emotion"], batch["language"]
        unlabelled = emotion < 0
        if self.training:
            self.structure.update(output.embedding, emotion)
        frames, lens = output.extras["frames"]
        for change in self.change:
            frames, lens = change(frames, lens)
        other = self({"frames": (frames, lens)})

        threshold = thresholds(
            self.structure.mean_posterior, self.resonance.highest_threshold
        )
        posterior = output.logits[unlabelled].float().softmax(dim=-1)
        weight = float(self.progress >= self.resonance.warm_up)
        return {
            "emotion": masked_cross_entropy(
                torch.cat(
                    [output.extras["head_logits"], other.extras["head_logits"]]
                ),
                emotion.repeat(2),
                label_smoothing=self.label_smoothing,
            ),
            **self._tric(output, other, emotion, language, threshold),
            "geometry": geometry(output.embedding, emotion, self.places),
            "balance": balance(output.logits[unlabelled]) * weight,
            "consistency": weight
            * consistency(
                other.extras["head_logits"][unlabelled], posterior, threshold
            ),
        }

    def _tric(self, output, other, emotion, language, threshold):
        """Compute the losses of both TRIC variants; 0 for a variant not chosen."""
        resonance = products(output.embedding, output.embedding)
        near = neighbours(resonance, language, self.resonance.n_neighbours)
        posterior = self._posterior(output, emotion, resonance, near)
        confidence, tau = reliability(posterior), self.resonance.temperature
        if self.training:
            unlabelled = emotion < 0
            self.structure.record(
                self.progress,
                output.logits[unlabelled].float().softmax(dim=-1),
                posterior[unlabelled],
                confidence[unlabelled],
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
                resonance, emotion, posterior, confidence, tau
            ),
            "unlabelled_link": lambda: unlabelled_link(
                resonance, emotion, near, posterior, confidence, tau
            ),
            "walk": lambda: walk(resonance, emotion, tau),
            "visit": lambda: visit(resonance, emotion, tau),
        }
        return {
            name: term()
            if name in TRIC_VARIANTS[self.tric]
            else output.embedding.sum() * 0.0
            for name, term in terms.items()
        }

    @torch.no_grad()
    def _posterior(self, output, emotion, resonance, near):
        """Return one-hot labels, or propagated field posteriors, of the utterances."""
        posterior = (
            output.extras["field"] / self.resonance.temperature
        ).softmax(dim=-1)
        is_labelled = emotion >= 0
        one_hot = torch.nn.functional.one_hot(
            emotion.clamp(min=0), posterior.shape[-1]
        ).to(posterior)
        posterior = torch.where(is_labelled[:, None], one_hot, posterior)
        return self_organise(
            posterior,
            resonance,
            near,
            is_labelled,
            self.resonance.propagation_alpha,
            temperature=self.resonance.temperature,
        )

    def diagnostics(self):
        """Return the history of the field on unlabelled utterances."""
        self.structure.end_epoch()
        return {"field": self.structure.history}

    def examples(self, batch):
        """Return the highlights of each utterance: weights of its frames."""
        weights = self(batch).extras["highlights"].float().cpu()
        lens = batch["frames"][1]
        n_frames = (lens * weights.shape[1]).round().long().tolist()
        return {
            "highlights": [
                {"weights": [round(weight, 5) for weight in row[:n].tolist()]}
                for row, n in zip(weights, n_frames, strict=True)
            ]
        }

    @staticmethod
    def report_entries(run):
        """Collect the field by epoch and the highlights."""
        from speechbrain_clser.methods.sere import report

        return {"resonance": report.resonance(run)}

    @staticmethod
    def report_sections(report):
        """Return the template of the field and the highlights."""
        from speechbrain_clser.methods.sere import plots

        return '{% include "methods/sere/report.j2" %}', {"plots": plots}
