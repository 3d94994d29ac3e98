"""Speaker communities and phone anchors of dual anchoring, updated once an epoch."""

import dataclasses
import logging

import torch

from speechbrain_clser.errors import AdaptationError
from speechbrain_clser.graphs.modularity import quality
from speechbrain_clser.graphs.style import speaker_styles
from speechbrain_clser.graphs.table import community_table
from speechbrain_clser.lobes.pooling import MeanStdPooling
from speechbrain_clser.lobes.segment_means import segment_means
from speechbrain_clser.methods.dual_anchor.anchors import (
    AnchorTable,
    anchor_table,
)
from speechbrain_clser.methods.dual_anchor.pseudo_labels import (
    adapted_pseudo_labels,
)

logger = logging.getLogger(__name__)


@dataclasses.dataclass(frozen=True)
class AnchoringConfig:
    """Settings of speaker communities, phone anchors and their losses.

    Arguments
    ---------
    neutral : int
        Class that styles are differences from; -1 if there is none.
    communities : str
        ``"gnn"``, or a control; see ``graphs.communities``.
    style : str
        ``"neutral_difference"`` or ``"raw"``; see ``graphs.style``.
    min_utterances : int
        Minimum number of utterances of an emotion for a speaker to be a node of
        its graph.
    k : int
        Number of neighbours within, and also across, languages.
    seed : int
        Seed of the community detection.
    n_anchors, min_segments : int
        See ``methods.dual_anchor.anchors``.
    margin : float
        Of both triplet losses, as a difference of cosines.
    n_segments : int
        Maximum number of segments of a batch in the phone loss.

    Example
    -------
    >>> AnchoringConfig(neutral=2).communities
    'gnn'
    """

    neutral: int
    communities: str = "gnn"
    style: str = "neutral_difference"
    min_utterances: int = 3
    k: int = 5
    seed: int = 0
    n_anchors: int = 8
    min_segments: int = 50
    margin: float = 0.2
    n_segments: int = 512


class AnchorState(torch.nn.Module):
    """Compute speaker communities and phone anchors before each epoch.

    All values are in the state dict, so a resumed run continues with the same.

    Arguments
    ---------
    n_classes : int
        Number of emotion classes.
    anchoring : AnchoringConfig
        Settings of communities and anchors.
    pseudo_labels : PseudoLabelConfig
        Settings of the labels of target utterances.
    """

    def __init__(self, n_classes, anchoring, pseudo_labels):
        super().__init__()
        self.n_classes = n_classes
        self.anchoring, self.pseudo_labels = anchoring, pseudo_labels
        self.networks, self.history = {}, []
        self.table = {}  # utterance id to pseudo-label, target only
        self.setup(0, ())

    def setup(self, n_speakers, phones):
        """Allocate the tables; without communities or anchors yet."""
        self.phones = list(phones)
        shape = n_speakers, self.n_classes
        no_community = torch.full(shape, -1, dtype=torch.long)
        self.register_buffer("community", no_community)
        no_anchors = torch.zeros(self.n_classes, len(self.phones) + 1)
        self.register_buffer("weight", no_anchors)
        # Minimum probability of a pseudo-label; 2 excludes all predictions.
        self.register_buffer("threshold", torch.full((self.n_classes,), 2.0))

    def labels_or_pseudo_labels(self, labels, logits, ids=None):
        """Return the label of each utterance, else its pseudo-label, else -1.

        With the ids of the utterances, the pseudo-labels are those of the table,
        which is computed once per epoch; otherwise those of the logits.
        """
        if ids is not None:
            pseudo_labels = [self.table.get(utterance, -1) for utterance in ids]
            return torch.where(
                labels >= 0, labels, torch.tensor(pseudo_labels).to(labels)
            )
        probability, predicted = logits.detach().float().softmax(-1).max(dim=-1)
        is_confident = probability >= self.threshold[predicted]
        pseudo_labels = torch.where(is_confident, predicted, -1)
        return torch.where(labels >= 0, labels, pseudo_labels)

    def community_of(self, speaker):
        """Return the community of speakers in each emotion's graph; -1 for none."""
        no_community = self.community.new_full((1, self.n_classes), -1)
        return torch.cat([self.community, no_community])[speaker]

    def weight_of(self, emotion, phone):
        """Return the anchor weights of segments; see ``AnchorTable``."""
        return AnchorTable(self.weight, None, None).of(emotion, phone)

    def is_anchor_somewhere(self, phone):
        """Return whether a phone is an anchor of any emotion."""
        return (self.weight > 0).any(dim=0)[phone]

    def refresh(self, method, loader, progress):
        """Update thresholds, communities and anchors from the training set."""
        if progress < self.pseudo_labels.warm_up:
            return
        is_adapted = self.pseudo_labels.pseudo_label_source == "em_gaussians"
        outputs = extract_training_outputs(method, loader, is_adapted)
        is_target = outputs["domain"] == 1
        self._update_thresholds(outputs)
        emotion = self._emotion_labels(outputs)
        self._update_table(outputs, emotion, is_target)
        community_facts = self._find_communities(outputs, emotion, is_target)
        anchors = anchor_table(
            outputs["segments"],
            outputs["phone"],
            emotion[outputs["row"]],
            outputs["language"][outputs["row"]],
            self._sides(is_target, outputs["language"])[outputs["row"]],
            self.weight.shape[1],
            self.n_classes,
            self.anchoring.n_anchors,
            self.anchoring.min_segments,
        )
        self.weight = anchors.weight
        is_pseudo_labelled = (outputs["label"] < 0) & (emotion >= 0)
        self.history.append(
            {
                "progress": round(progress, 4),
                "n_pseudo_labels": int(is_pseudo_labelled.sum()),
                "n_unlabelled": int((outputs["label"] < 0).sum()),
                "communities": community_facts,
                "anchors": self._anchors_by_name(anchors),
            }
        )

    def _sides(self, is_target, language):
        """Return the two sides that anchors compare: source and target.

        Without target utterances they are the language of the lowest code and all
        other languages.
        """
        return is_target if is_target.any() else language != language.min()

    def _update_thresholds(self, outputs):
        """Set the threshold of each class from its most confident predictions."""
        unlabelled = outputs["label"] < 0
        posterior = outputs["logits"][unlabelled].softmax(-1)
        probability, predicted = posterior.max(dim=-1)
        for index in range(self.n_classes):
            confident = probability[predicted == index]
            confident = confident[confident >= self.pseudo_labels.confidence]
            confident = confident.sort(descending=True).values
            n_kept = round(
                self.pseudo_labels.pseudo_label_fraction * len(confident)
            )
            self.threshold[index] = confident[n_kept - 1] if n_kept else 2.0

    def _emotion_labels(self, outputs):
        """Return the emotion labels for communities and anchors."""
        if self.pseudo_labels.target_labels == "oracle":
            return outputs["true_label"]
        if self.pseudo_labels.pseudo_label_source == "em_gaussians":
            pseudo_labels = self._adapted_pseudo_labels(outputs)
            return torch.where(
                outputs["label"] >= 0, outputs["label"], pseudo_labels
            )
        return self.labels_or_pseudo_labels(outputs["label"], outputs["logits"])

    def _adapted_pseudo_labels(self, outputs):
        """Return adapted pseudo-labels; -1 for all, with a warning, if refused."""
        try:
            return adapted_pseudo_labels(
                outputs, self.pseudo_labels.pseudo_label_fraction
            )
        except AdaptationError as error:
            logger.warning(
                "no pseudo-labels in this epoch: %s, or give "
                "--pseudo_label_source logits",
                error,
            )
            return torch.full_like(outputs["label"], -1)

    def _update_table(self, outputs, emotion, is_target):
        """Set the pseudo-label of each unlabelled target utterance that has one."""
        rows = is_target & (outputs["label"] < 0) & (emotion >= 0)
        labels = emotion.tolist()
        self.table = {
            outputs["id"][row]: labels[row] for row in rows.nonzero().ravel()
        }

    def _find_communities(self, outputs, emotion, is_target):
        """Find the communities of each emotion; return their report entries."""
        style = outputs["style"]
        style = (style - style.mean(0)) / style.std(0).clamp(min=1e-6)
        styles = speaker_styles(
            style,
            outputs["speaker"],
            outputs["language"],
            emotion,
            self.anchoring.neutral,
            self.anchoring.style,
        )
        excluded = []
        if self.pseudo_labels.target_labels == "source_only":
            excluded = outputs["speaker"][is_target].unique().tolist()
        self.community, graphs = community_table(
            styles,
            *self.community.shape,
            min_utterances=self.anchoring.min_utterances,
            excluded_speakers=excluded,
            k=self.anchoring.k,
            seed=self.anchoring.seed,
            states=self.networks,
            method=self.anchoring.communities,
        )
        self.networks = {
            emotion: found.communities.state
            for emotion, found in graphs.items()
        }
        return {
            "styles": styles.counts,
            "emotions": {
                emotion: {
                    **quality(found.graph, found.communities),
                    "n_attached": found.n_attached,
                    "edges": found.graph.edge_index.T.tolist(),
                    "labels": found.communities.labels.tolist(),
                    "speakers": found.speaker.tolist(),
                    "languages": found.language.tolist(),
                }
                for emotion, found in graphs.items()
            },
        }

    def _anchors_by_name(self, anchors):
        """List the anchor phones of each class by descending weight."""
        return {
            index: [
                {
                    "phone": self.phones[phone - 1],
                    "weight": round(float(anchors.weight[index, phone]), 4),
                    "reliability": round(
                        float(anchors.reliability[index, phone]), 4
                    ),
                }
                for phone in anchors.weight[index].argsort(descending=True)
                if anchors.weight[index, phone] > 0
            ]
            for index in range(self.n_classes)
        }

    def get_extra_state(self):
        """Return the network weights, the history and the pseudo-labels."""
        return {
            "networks": self.networks,
            "history": self.history,
            "table": self.table,
        }

    def set_extra_state(self, state):
        """Restore what a checkpoint has; those of version 0.1 have no table."""
        self.networks, self.history = state["networks"], state["history"]
        self.table = state.get("table", {})


@torch.no_grad()
def extract_training_outputs(method, loader, with_statistics=False):
    """Extract labels, logits and phone segments of the training set in one pass.

    The training mode of the method and all random states are restored. Per
    utterance: ``id`` (a list), ``label``, ``true_label`` (the hidden label if the
    oracle is used, else the label), ``domain``, ``speaker``, ``language``,
    ``style``, ``logits`` and ``statistics`` (mean and deviation of the input
    frames, optional); per segment: ``segments``, ``phone``, ``row`` (its
    utterance).
    """
    device = next(method.parameters()).device
    batches = torch.utils.data.DataLoader(
        loader.dataset, batch_size=16, collate_fn=loader.collate_fn
    )
    columns, ids = {}, []
    was_training = method.training
    method.eval()
    with torch.random.fork_rng():
        torch.manual_seed(0)
        for batch in batches:
            batch = batch.to(device)
            output = method({"frames": batch.frames})
            encoded, lens = output.extras["frames"]
            segments, phone, row = segment_means(
                encoded, lens, batch.phones.data
            )
            outputs = {
                "label": batch.emotion,
                "true_label": getattr(batch, "oracle_emotion", batch.emotion),
                "domain": batch.domain,
                "speaker": batch.speaker,
                "language": batch.language,
                "style": batch.style.data.flatten(1),
                "logits": output.logits.float(),
                "segments": segments.float(),
                "phone": phone,
                "row": row + len(ids),
            }
            if with_statistics:
                pooling = MeanStdPooling(batch.frames[0].shape[-1])
                outputs["statistics"] = pooling(*batch.frames)
            for name, values in outputs.items():
                columns.setdefault(name, []).append(values)
            ids += batch.id
    method.train(was_training)
    found = {name: torch.cat(values) for name, values in columns.items()}
    return {"id": ids, **found}
