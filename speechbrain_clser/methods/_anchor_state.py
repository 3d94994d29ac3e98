"""What dual anchoring knows between two epochs, and how it finds it out."""

import torch

from speechbrain_clser.graphs.quality import quality
from speechbrain_clser.graphs.style import speaker_styles
from speechbrain_clser.graphs.table import community_table
from speechbrain_clser.lobes.segment_means import segment_means
from speechbrain_clser.losses.anchors import AnchorTable, anchor_table

TARGET_LABELS = ("pseudo", "oracle", "source_only")


class AnchorState(torch.nn.Module):
    """Communities of speakers and anchors among phones, found once an epoch.

    All of it is in the state dict, so a resumed run goes on with the same.

    Arguments
    ---------
    n_classes : int
        Emotions.
    neutral : int
        Class that styles are differences from; -1 where there is none.
    communities : str
        ``"gnn"``, or a control; see ``graphs.communities``.
    style : str
        ``"neutral_difference"`` or ``"raw"``; see ``graphs.style``.
    target_labels : str
        What names the emotion of the target's utterances: ``"pseudo"``,
        confident guesses; ``"oracle"``, the truth, as an upper reference, for
        communities and anchors alone; ``"source_only"``, guesses, while only
        source speakers found communities.
    warm_up : float
        Share of the training before the first communities, 0-1.
    confidence : float
        Least probability of a guess that is believed, 0-1.
    pseudo_label_fraction : float
        Share of the guesses of each class, the surest, that is believed.
    min_utterances : int
        Of an emotion, for a speaker to found a community.
    k : int
        Neighbours within, and as many across, languages.
    n_anchors, min_segments : int
        See ``losses.anchors``.
    seed : int
        Of the communities.

    Raises
    ------
    ValueError
        If ``target_labels`` is none of the three.
    """

    def __init__(
        self,
        n_classes,
        neutral,
        communities="gnn",
        style="neutral_difference",
        target_labels="pseudo",
        warm_up=0.2,
        confidence=0.8,
        pseudo_label_fraction=0.5,
        min_utterances=3,
        k=5,
        n_anchors=8,
        min_segments=50,
        seed=0,
    ):
        super().__init__()
        if target_labels not in TARGET_LABELS:
            raise ValueError(
                f"target_labels must be one of {', '.join(TARGET_LABELS)}, "
                f"got {target_labels!r}"
            )
        self.n_classes, self.neutral = n_classes, neutral
        self.communities, self.style = communities, style
        self.target_labels = target_labels
        self.warm_up = warm_up
        self.confidence, self.pseudo_label_fraction = (
            confidence,
            pseudo_label_fraction,
        )
        self.min_utterances, self.k = min_utterances, k
        self.n_anchors, self.min_segments = n_anchors, min_segments
        self.seed = seed
        self.networks, self.history = {}, []
        self.setup(0, ())

    def setup(self, n_speakers, phones):
        """Make room; nobody has a community and nothing is an anchor yet."""
        self.phones = list(phones)
        shape = n_speakers, self.n_classes
        nobody = torch.full(shape, -1, dtype=torch.long)
        self.register_buffer("community", nobody)
        nothing = torch.zeros(self.n_classes, len(self.phones) + 1)
        self.register_buffer("weight", nothing)
        # A guess is believed from here on; nothing is at first.
        self.register_buffer("threshold", torch.full((self.n_classes,), 2.0))

    def believed(self, known, logits):
        """Class of each utterance: its label, or a guess sure enough, or -1."""
        probability, guess = logits.detach().float().softmax(-1).max(dim=-1)
        guess = torch.where(probability >= self.threshold[guess], guess, -1)
        return torch.where(known >= 0, known, guess)

    def community_of(self, speaker):
        """Communities of speakers in each emotion's graph; -1 for none."""
        nobody = self.community.new_full((1, self.n_classes), -1)
        return torch.cat([self.community, nobody])[speaker]

    def weight_of(self, emotion, phone):
        """How much segments count as anchors; see ``AnchorTable``."""
        return AnchorTable(self.weight, None, None).of(emotion, phone)

    def is_anchor_somewhere(self, phone):
        """Whether a phone is an anchor of any emotion."""
        return (self.weight > 0).any(dim=0)[phone]

    def refresh(self, method, loader, progress):
        """Hear everything, and find thresholds, communities and anchors."""
        if progress < self.warm_up:
            return
        outputs = hear(method, loader)
        is_target = outputs["domain"] == 1
        self._trust(outputs)
        emotion = self._names(outputs)
        facts = self._find_communities(outputs, emotion, is_target)
        anchors = anchor_table(
            outputs["segments"],
            outputs["phone"],
            emotion[outputs["row"]],
            outputs["language"][outputs["row"]],
            self._sides(is_target, outputs["language"])[outputs["row"]],
            self.weight.shape[1],
            self.n_classes,
            self.n_anchors,
            self.min_segments,
        )
        self.weight = anchors.weight
        is_guessed = (outputs["known"] < 0) & (emotion >= 0)
        self.history.append(
            {
                "progress": round(progress, 4),
                "n_believed": int(is_guessed.sum()),
                "n_unlabelled": int((outputs["known"] < 0).sum()),
                "communities": facts,
                "anchors": self._anchors_by_name(anchors),
            }
        )

    def _sides(self, is_target, language):
        """Sides that anchors compare: the domains, if there are two.

        Among sources alone they are the language of the lowest code and all
        others.
        """
        return is_target if is_target.any() else language != language.min()

    def _trust(self, outputs):
        """Believe the surest guesses of each class, whichever class it is."""
        guessed = outputs["known"] < 0
        probability, guess = outputs["logits"][guessed].softmax(-1).max(dim=-1)
        for index in range(self.n_classes):
            sure = probability[guess == index]
            sure = sure[sure >= self.confidence].sort(descending=True).values
            n_believed = round(self.pseudo_label_fraction * len(sure))
            self.threshold[index] = sure[n_believed - 1] if n_believed else 2.0

    def _names(self, outputs):
        """Emotions by which communities and anchors are found."""
        if self.target_labels == "oracle":
            return outputs["truth"]
        return self.believed(outputs["known"], outputs["logits"])

    def _find_communities(self, outputs, emotion, is_target):
        """Part the speakers of each emotion; gives what the report tells."""
        style = outputs["style"]
        style = (style - style.mean(0)) / style.std(0).clamp(min=1e-6)
        styles = speaker_styles(
            style,
            outputs["speaker"],
            outputs["language"],
            emotion,
            self.neutral,
            self.style,
        )
        guests = []
        if self.target_labels == "source_only":
            guests = outputs["speaker"][is_target].unique().tolist()
        self.community, graphs = community_table(
            styles,
            *self.community.shape,
            min_utterances=self.min_utterances,
            guests=guests,
            k=self.k,
            seed=self.seed,
            states=self.networks,
            method=self.communities,
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
        """Phones that are anchors of each class, the weightiest first."""
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
        """Networks to start from, and what was found so far."""
        return {"networks": self.networks, "history": self.history}

    def set_extra_state(self, state):
        """Take up what a checkpoint holds."""
        self.networks, self.history = state["networks"], state["history"]


@torch.no_grad()
def hear(method, loader):
    """Everything a method makes of its training material, in one pass.

    Arguments
    ---------
    method : Method
        Left in the mode it was in; random states are left alone.
    loader : DataLoader
        Of the training.

    Returns
    -------
    dict
        Per utterance: ``known`` emotion, ``truth`` where the oracle was
        asked for, ``domain``, ``speaker``, ``language``, ``style``,
        ``logits``; per segment:
        ``segments``, ``phone``, ``row`` (its utterance).
    """
    device = next(method.parameters()).device
    batches = torch.utils.data.DataLoader(
        loader.dataset, batch_size=16, collate_fn=loader.collate_fn
    )
    columns, n_heard = {}, 0
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
            text = {
                "known": batch.emotion,
                "truth": getattr(batch, "oracle_emotion", batch.emotion),
                "domain": batch.domain,
                "speaker": batch.speaker,
                "language": batch.language,
                "style": batch.style.data.flatten(1),
                "logits": output.logits.float(),
                "segments": segments.float(),
                "phone": phone,
                "row": row + n_heard,
            }
            for name, values in text.items():
                columns.setdefault(name, []).append(values)
            n_heard += len(batch.emotion)
    method.train(was_training)
    return {name: torch.cat(values) for name, values in columns.items()}
