"""What semi-supervised resonance knows of the emotions, from step to step."""

import torch
import torch.nn.functional as F


class Prototypes(torch.nn.Module):
    """A prototype for each emotion, and how often each is found.

    All of it is in the state dict, so a resumed run goes on with the same.

    Arguments
    ---------
    dim : int
        Of the embedding.
    n_classes : int
        Emotions.
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
            Class; rows of -1 are left out. The first mean of a class is taken
            as it is.
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
        """Remember what a step found among the unlabelled.

        Arguments
        ---------
        progress : float
            Share of the phase that is done, 0-1.
        posterior, field_posterior : torch.Tensor, (unlabelled, classes)
            Of the classifier, and of the field after self-organisation.
        reliability : torch.Tensor, (unlabelled,)
            Of the field.
        threshold : torch.Tensor, (classes,)
            From which a guess of the classifier is believed.
        """
        if not len(posterior):
            return
        mean = posterior.mean(dim=0).to(self.mean_posterior)
        self.mean_posterior.lerp_(mean, 1 - self.momentum)
        chance, guess = posterior.max(dim=-1)
        believed = (chance >= threshold[guess]).float().mean()
        seen = [reliability.mean(), believed, *field_posterior.mean(dim=0)]
        self.seen.append([progress, *torch.stack(seen).tolist()])

    def end_epoch(self):
        """Write down an epoch: means over the steps since the last one."""
        if not self.seen:
            return
        columns = torch.tensor(self.seen).mean(dim=0).tolist()
        _, reliability, believed, *posterior = (round(c, 4) for c in columns)
        self.history.append(
            {
                "progress": round(self.seen[-1][0], 4),
                "reliability": reliability,
                "believed": believed,
                "posterior": posterior,
            }
        )
        self.seen = []

    def get_extra_state(self):
        """What was found so far."""
        return {"history": self.history, "seen": self.seen}

    def set_extra_state(self, state):
        """Take up what a checkpoint holds."""
        self.history, self.seen = list(state["history"]), list(state["seen"])
