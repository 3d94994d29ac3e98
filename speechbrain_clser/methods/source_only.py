"""Source-only training: the baseline of all transfer methods."""

import torch

from speechbrain_clser.losses.ccc import ccc_loss
from speechbrain_clser.losses.focal import focal
from speechbrain_clser.losses.vote_divergence import vote_divergence
from speechbrain_clser.methods.base import Method, MethodOutput


class SourceOnly(Method):
    """Train encoder, pooling and classifier with cross-entropy on labelled data.

    With shares of votes as targets, the loss is ``vote_divergence``; with values of
    dimensions, which the classifier then predicts, ``ccc_loss``. Arguments of the
    cross-entropy have no effect then.

    Arguments
    ---------
    encoder : torch.nn.Module
        ``(frames, lens)`` to frames.
    pooling : torch.nn.Module
        ``(frames, lens)`` to torch.Tensor, (batch, dim).
    emotion_head : torch.nn.Module
        (batch, dim) to logits, (batch, classes).
    label_smoothing : float
        Label smoothing of the cross-entropy, 0-1.
    weigh_classes : bool
        Whether the loss weights classes by their inverse frequency.
    focal_gamma : float
        Exponent of the focal loss; 0: cross-entropy.

    Example
    -------
    >>> from speechbrain_clser.lobes.pooling import MeanStdPooling
    >>> class Same(torch.nn.Module):
    ...     def forward(self, frames, lens):
    ...         return frames
    >>> method = SourceOnly(Same(), MeanStdPooling(3), torch.nn.Linear(6, 4))
    >>> method({"frames": (torch.zeros(2, 9, 3), torch.ones(2))}).logits.shape
    torch.Size([2, 4])
    """

    TARGETS = frozenset({"emotion", "votes", "dimensions"})  # one of them

    def __init__(
        self,
        encoder,
        pooling,
        emotion_head,
        label_smoothing=0.0,
        weigh_classes=False,
        focal_gamma=0.0,
    ):
        super().__init__()
        self.encoder = encoder
        self.pooling = pooling
        self.emotion_head = emotion_head
        self.label_smoothing = label_smoothing
        self.weigh_classes = weigh_classes
        self.focal_gamma = focal_gamma
        self.class_weights = None

    def begin_epoch(self, loader):
        """Compute class weights from the training set."""
        if not self.weigh_classes:
            return
        with loader.dataset.output_keys_as(["emotion"]):
            emotions = torch.tensor([row["emotion"] for row in loader.dataset])
        n_classes = self.emotion_head.out_features
        counts = torch.bincount(emotions[emotions >= 0], minlength=n_classes)
        self.class_weights = counts.sum() / (n_classes * counts.clamp(min=1))

    def forward(self, batch):
        """Compute logits and embedding of a batch from its frames."""
        frames, lens = batch["frames"]
        embedding = self.pooling(self.encoder(frames, lens), lens)
        return MethodOutput(self.emotion_head(embedding), embedding)

    def losses(self, output, batch):
        """Compute the loss of the task over labelled utterances."""
        if "votes" in batch:
            shares, _ = batch["votes"]
            return {"emotion": vote_divergence(output.logits, shares)}
        if "dimensions" in batch:
            targets, _ = batch["dimensions"]
            return {"emotion": ccc_loss(output.logits.sigmoid(), targets)}
        return {
            "emotion": focal(
                output.logits,
                batch["emotion"],
                self.focal_gamma,
                self.class_weights,
                self.label_smoothing,
            )
        }
