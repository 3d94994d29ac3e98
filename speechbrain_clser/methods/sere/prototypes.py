"""Emotion prototypes and running class means of semi-supervised resonance."""

import torch
import torch.nn.functional as F


class Prototypes(torch.nn.Module):
    """Keep a prototype and the running mean posterior of each emotion.

    All values are in the state dict, so a resumed run continues with the same.

    Arguments
    ---------
    dim : int
        Of the embedding.
    n_classes : int
        Number of emotion classes.
    momentum : float
        Of the running means, 0-1.

    Example
    -------
    >>> structure = Prototypes(2, n_classes=2)
    >>> structure.update(torch.tensor([[3.0, 0.0]]), torch.tensor([1]))
    >>> structure.prototypes
    tensor([[0., 0.],
            [1., 0.]])
    """

    def __init__(self, dim, n_classes, momentum=0.9):
        super().__init__()
        self.momentum = momentum
        self.register_buffer("prototypes", torch.zeros(n_classes, dim))
        even = torch.full((n_classes,), 1 / n_classes)
        self.register_buffer("mean_posterior", even)
        self.history, self.seen = [], []

    @torch.no_grad()
    def update(self, embedding, emotion):
        """Move the prototypes towards labelled utterances of their emotion.

        Arguments
        ---------
        embedding : torch.Tensor, (batch, dim)
            Of any length; only directions count.
        emotion : torch.Tensor of int64, (batch,)
            Class; rows of -1 are ignored. The first mean of a class becomes its
            prototype unchanged.
        """
        unit = F.normalize(embedding.float(), dim=-1)
        for index in emotion[emotion >= 0].unique():
            mean = F.normalize(unit[emotion == index].mean(dim=0), dim=-1)
            old = self.prototypes[index]
            keep = self.momentum if old.any() else 0.0
            self.prototypes[index] = F.normalize(
                keep * old + (1 - keep) * mean, dim=-1
            )

    @torch.no_grad()
    def record(
        self, progress, posterior, field_posterior, reliability, threshold
    ):
        """Record the posteriors of the unlabelled utterances of a step.

        Arguments
        ---------
        progress : float
            Fraction of the phase that is done, 0-1.
        posterior, field_posterior : torch.Tensor, (unlabelled, classes)
            Of the classifier, and of the field after self-organisation.
        reliability : torch.Tensor, (unlabelled,)
            Of the field.
        threshold : torch.Tensor, (classes,)
            Minimum probability of a pseudo-label of each class.
        """
        if not len(posterior):
            return
        mean = posterior.mean(dim=0).to(self.mean_posterior)
        self.mean_posterior.lerp_(mean, 1 - self.momentum)
        probability, predicted = posterior.max(dim=-1)
        is_confident = probability >= threshold[predicted]
        means = [
            reliability.mean(),
            is_confident.float().mean(),
            *field_posterior.mean(dim=0),
        ]
        self.seen.append([progress, *torch.stack(means).tolist()])

    def end_epoch(self):
        """Append the means over the steps of the epoch to the history."""
        if not self.seen:
            return
        columns = torch.tensor(self.seen).mean(dim=0).tolist()
        _, reliability, confident, *posterior = (round(c, 4) for c in columns)
        self.history.append(
            {
                "progress": round(self.seen[-1][0], 4),
                "reliability": reliability,
                "pseudo_labels": confident,
                "posterior": posterior,
            }
        )
        self.seen = []

    def get_extra_state(self):
        """Return the history and the steps of the current epoch."""
        return {"history": self.history, "seen": self.seen}

    def set_extra_state(self, state):
        """Restore the history and the current epoch of a checkpoint."""
        self.history, self.seen = list(state["history"]), list(state["seen"])
