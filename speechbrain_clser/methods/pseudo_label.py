"""Rounds of pseudo-labels for the unlabelled utterances of the training set."""

import torch
import torch.nn.functional as F

from speechbrain_clser.losses.consistency import consistency
from speechbrain_clser.losses.masked_cross_entropy import masked_cross_entropy
from speechbrain_clser.methods.base import Method, MethodOutput

KINDS = ("hard", "soft")


class PseudoLabel(Method):
    """Train on labels, and on predictions of the model of the previous round.

    A phase with unlabelled utterances consists of rounds of equal length. At the
    beginning of each round, the model predicts all of them from whole utterances;
    these posteriors are the targets of the round.

    Arguments
    ---------
    encoder : torch.nn.Module
        Frames to frames: ``(frames, lens)``.
    pooling : torch.nn.Module
        Frames to embedding: ``(frames, lens)``.
    emotion_head : torch.nn.Module
        Embedding to logits.
    label_smoothing : float
        Of the cross-entropy.
    pseudo_labels : str
        ``"hard"``: the most probable class, if its probability is at least
        ``confidence``, with the cross-entropy; ``"soft"``: the posterior of every
        utterance, with the Kullback-Leibler divergence.
    confidence : float
        Minimum probability of a hard pseudo-label, 0-1.
    n_rounds : int
        Number of rounds in a phase.
    ramp_share : float
        Share of the phase in which the weight of the pseudo-labels rises linearly
        from 0 to 1; 0: it is always 1.

    Raises
    ------
    ValueError
        If ``pseudo_labels`` is unknown.

    Source
    ------
    Our reconstruction of Agarla et al., Semi-supervised cross-lingual speech emotion
    recognition, arXiv 2207.06767, whose code is not published. Rounds, thresholds and
    ramp are ours.

    Example
    -------
    >>> from speechbrain_clser.lobes.conv_transformer import ConvTransformer
    >>> from speechbrain_clser.lobes.pooling import MeanStdPooling
    >>> method = PseudoLabel(
    ...     ConvTransformer(input_dim=5, dim=8),
    ...     MeanStdPooling(8),
    ...     torch.nn.Linear(16, 4),
    ... )
    >>> method({"frames": (torch.ones(2, 9, 5), torch.ones(2))}).logits.shape
    torch.Size([2, 4])
    """

    TARGETS = frozenset({"emotion", "id"})
    LOSSES = frozenset({"emotion", "pseudo_label"})
    TRAINING_ONLY = frozenset({"teacher"})

    def __init__(
        self,
        encoder,
        pooling,
        emotion_head,
        label_smoothing=0.0,
        pseudo_labels="hard",
        confidence=0.8,
        n_rounds=3,
        ramp_share=0.5,
    ):
        super().__init__()
        if pseudo_labels not in KINDS:
            raise ValueError(
                f"pseudo_labels must be one of {', '.join(KINDS)}, got "
                f"{pseudo_labels!r}"
            )
        self.encoder, self.pooling = encoder, pooling
        self.emotion_head = emotion_head
        self.label_smoothing = label_smoothing
        self.kind, self.confidence = pseudo_labels, confidence
        self.n_rounds, self.ramp_share = n_rounds, ramp_share
        self.teacher = Teacher()

    def begin_epoch(self, loader):
        """Predict the unlabelled utterances at the beginning of each round."""
        # The sum corrects a product such as 2.9999999.
        number = int(self.progress * self.n_rounds + 1e-6)
        if self.progress == 0 or number != self.teacher.number:
            self.teacher.begin_round(number, *predict_unlabelled(self, loader))

    def forward(self, batch):
        """Compute logits and embedding of a batch from its frames."""
        frames, lens = batch["frames"]
        embedding = self.pooling(self.encoder(frames, lens), lens)
        return MethodOutput(self.emotion_head(embedding), embedding)

    def losses(self, output, batch):
        """Compute the cross-entropy, and the ramped loss of the pseudo-labels."""
        posteriors = self.teacher.posteriors
        rows = [k for k, name in enumerate(batch["id"]) if name in posteriors]
        given = [posteriors[batch["id"][k]] for k in rows]
        logits = output.logits[rows].float()
        targets = logits.new_tensor(given).reshape(logits.shape)
        if self.kind == "hard":
            least = logits.new_full((logits.shape[1],), self.confidence)
            loss = consistency(logits, targets, least)
        else:
            loss = soft_labels(logits, targets)
        weight = 1.0
        if self.ramp_share:
            weight = min(1.0, self.progress / self.ramp_share)
        return {
            "emotion": masked_cross_entropy(
                output.logits,
                batch["emotion"],
                label_smoothing=self.label_smoothing,
            ),
            "pseudo_label": weight * loss,
        }

    def diagnostics(self):
        """Return the posteriors' mean and confidence by round."""
        return {"rounds": self.teacher.rounds}


class Teacher(torch.nn.Module):
    """Posteriors of the round, kept in checkpoints.

    Example
    -------
    >>> teacher = Teacher()
    >>> teacher.begin_round(0, ["a"], torch.tensor([[0.25, 0.75]]))
    >>> teacher.posteriors, teacher.rounds[0]["mean_confidence"]
    ({'a': [0.25, 0.75]}, 0.75)
    """

    def __init__(self):
        super().__init__()
        self.number, self.posteriors, self.rounds = -1, {}, []

    def begin_round(self, number, ids, posteriors):
        """Set the number of the round and the posteriors of utterances by id."""
        self.number = number
        self.posteriors = dict(zip(ids, posteriors.tolist(), strict=True))
        if ids:
            confidence = posteriors.max(dim=-1).values.mean().item()
            self.rounds.append(
                {
                    "round": number,
                    "n_unlabelled": len(ids),
                    "mean_confidence": round(confidence, 4),
                    "mean_posterior": [
                        round(p, 4) for p in posteriors.mean(dim=0).tolist()
                    ],
                }
            )

    def get_extra_state(self):
        """Return round, posteriors and history."""
        return {
            "number": self.number,
            "posteriors": self.posteriors,
            "rounds": self.rounds,
        }

    def set_extra_state(self, state):
        """Restore what a checkpoint has."""
        for name, value in state.items():
            setattr(self, name, value)


@torch.no_grad()
def predict_unlabelled(method, loader) -> tuple:
    """Predict the unlabelled utterances of a training set, in evaluation mode.

    Arguments
    ---------
    method : Method
        Its training mode and all random states are restored.
    loader : DataLoader
        Of a training set with frames.

    Returns
    -------
    ids : list of str
        Of the unlabelled utterances.
    posteriors : torch.Tensor, (utterances, classes)
        On the CPU; (0, 0) if all utterances are labelled.
    """
    device = next(method.parameters()).device
    batches = torch.utils.data.DataLoader(
        loader.dataset, batch_size=16, collate_fn=loader.collate_fn
    )
    ids, posteriors = [], [torch.zeros(0, 0)]
    was_training = method.training
    method.eval()
    with torch.random.fork_rng():
        for batch in batches:
            rows = (batch.emotion < 0).nonzero().ravel().tolist()
            if not rows:
                continue
            batch = batch.to(device)
            logits = method({"frames": batch.frames}).logits[rows]
            posteriors.append(logits.float().softmax(dim=-1).cpu())
            ids += [batch.id[row] for row in rows]
    method.train(was_training)
    return ids, torch.cat(posteriors[1:] or posteriors)


def soft_labels(logits, posteriors):
    """Compute the mean divergence of predictions from given posteriors.

    Arguments
    ---------
    logits : torch.Tensor, (batch, classes)
        Unnormalised.
    posteriors : torch.Tensor, (batch, classes)
        Rows sum to 1; without gradient.

    Returns
    -------
    torch.Tensor, ()
        KL(posterior || prediction), in nats; 0 for no rows.

    Source
    ------
    Hinton, Vinyals and Dean, Distilling the Knowledge in a Neural Network, arXiv
    1503.02531, 2015, with temperature 1; minus the entropy of the posteriors.

    Example
    -------
    >>> loss = soft_labels(torch.zeros(1, 2), torch.tensor([[1.0, 0.0]]))
    >>> round(loss.item(), 4)  # log 2
    0.6931
    """
    if not len(logits):
        return logits.sum() * 0.0  # keeps the graph
    return F.kl_div(
        logits.log_softmax(dim=-1), posteriors, reduction="batchmean"
    )
