"""Settings of pseudo-labels, and pseudo-labels by posteriors adapted to the target."""

import dataclasses

import torch

from speechbrain_clser.adaptation.em_gaussians import EMGaussians
from speechbrain_clser.adaptation.self_training import most_confident

TARGET_LABELS = ("pseudo", "oracle", "source_only")
SOURCES = ("logits", "em_gaussians")


@dataclasses.dataclass(frozen=True)
class PseudoLabelConfig:
    """Settings of the emotion labels of target utterances.

    Arguments
    ---------
    target_labels : str
        ``"pseudo"``, confident pseudo-labels; ``"oracle"``, the true labels, as
        an upper reference, used for communities and anchors and, with
        ``pseudo_label_weight``, by all losses; ``"source_only"``, pseudo-labels,
        with communities built from source speakers only.
    warm_up : float
        Fraction of the training before the first communities, 0-1.
    confidence : float
        Minimum probability of a pseudo-label of the ``logits``, 0-1.
    pseudo_label_fraction : float
        Fraction of the predictions of each class, most confident first, that
        become pseudo-labels.
    pseudo_label_source : str
        ``"logits"``, predictions of the classifier; ``"em_gaussians"``, these
        adapted to the target once per epoch, see ``adapted_pseudo_labels``.
    pseudo_label_weight : float
        Weight of the cross-entropy of target utterances with the pseudo-labels
        of the epoch, relative to that of labelled utterances.

    Raises
    ------
    ValueError
        If ``target_labels`` or ``pseudo_label_source`` is unknown, or the
        weight is negative.

    Example
    -------
    >>> PseudoLabelConfig(confidence=0.9).target_labels
    'pseudo'
    """

    target_labels: str = "pseudo"
    warm_up: float = 0.2
    confidence: float = 0.8
    pseudo_label_fraction: float = 0.5
    pseudo_label_source: str = "logits"
    pseudo_label_weight: float = 0.0

    def __post_init__(self):
        for name, known in (
            ("target_labels", TARGET_LABELS),
            ("pseudo_label_source", SOURCES),
        ):
            if (value := getattr(self, name)) not in known:
                raise ValueError(
                    f"{name} must be one of {', '.join(known)}, got {value!r}"
                )
        if not self.pseudo_label_weight >= 0:
            raise ValueError(
                "pseudo_label_weight must be at least 0, got "
                f"{self.pseudo_label_weight}"
            )

    @property
    def uses_table(self):
        """Whether losses use the pseudo-labels of the epoch, not of the step."""
        return (
            self.pseudo_label_source != "logits" or self.pseudo_label_weight > 0
        )


def adapted_pseudo_labels(outputs, fraction):
    """Label target utterances by posteriors that ``EMGaussians`` adapts to them.

    The outputs are those of ``extract_training_outputs``, with statistics. The most
    confident fraction of each predicted class, 0-1, is labelled; the others, and
    source and labelled utterances, have -1.

    Raises
    ------
    AdaptationError
        If the labelled source lacks a class, or there are fewer than 20
        unlabelled target utterances, or all are predicted as one class.
    """
    label, domain = outputs["label"].cpu(), outputs["domain"].cpu()
    found = torch.full_like(label, -1)
    is_source = (label >= 0) & (domain == 0)
    target = ((label < 0) & (domain == 1)).nonzero().ravel()
    if len(target):
        vectors = outputs["statistics"].double().cpu().numpy()
        posteriors = outputs["logits"].double().softmax(-1).cpu()
        adaptation = EMGaussians()
        source = adaptation.summarise(
            vectors[is_source.numpy()], label[is_source], posteriors.shape[1]
        )
        unadapted = vectors[target.numpy()], posteriors[target].numpy()
        adapted = adaptation.fit(source, *unadapted).predict(*unadapted)
        rows = most_confident(adapted, fraction)
        found[target[rows]] = torch.from_numpy(adapted[rows].argmax(axis=1))
    return found.to(outputs["label"].device)
