"""Average the posteriors of several methods that are trained together."""

import copy

import torch

from speechbrain_clser.methods.base import Method, MethodOutput

SMALLEST = 1e-12  # probability, so that its logarithm is finite


class Ensemble(Method):
    """Train members on the same batches and average their posteriors.

    Members with gradient steps are copied and initialised anew for each copy.
    Members without, such as ``Linear``, are fitted before the first epoch.

    Arguments
    ---------
    members : sequence of Method
        Of the same classes.
    n_copies : int
        Number of copies of each member with gradient steps.

    Example
    -------
    >>> from speechbrain_clser.methods.linear import Linear
    >>> method = Ensemble([Linear(3, 4), Linear(3, 4)])
    >>> output = method({"frames": (torch.randn(2, 9, 3), torch.ones(2))})
    >>> torch.allclose(output.logits.exp().sum(dim=-1), torch.ones(2))
    True
    """

    def __init__(self, members, n_copies=1):
        super().__init__()
        self.members = torch.nn.ModuleList()
        for member in members:
            self.members.append(member)
            if member.USES_GRADIENTS:
                for _ in range(n_copies - 1):
                    self.members.append(_initialised(copy.deepcopy(member)))
            else:
                member.requires_grad_(False)
        self.INPUTS, self.TARGETS, self.LOSSES = (
            frozenset().union(*(getattr(member, name) for member in members))
            for name in ("INPUTS", "TARGETS", "LOSSES")
        )
        # The mean is one of posteriors, and not all members learn from votes.
        self.TARGETS -= {"dimensions", "votes"}
        self.USES_GRADIENTS = any(m.USES_GRADIENTS for m in members)

    def setup(self, speaker_languages, phones=()):
        """Set up all members."""
        for member in self.members:
            member.setup(speaker_languages, phones)

    def begin_epoch(self, loader):
        """Update the members; fit those without gradient steps once."""
        for member in self.members:
            member.progress = self.progress
            if member.USES_GRADIENTS or self.progress == 0:
                member.begin_epoch(loader)

    def forward(self, batch):
        """Compute the logarithm of the mean posterior.

        The embedding concatenates those of the members.
        """
        outputs = [member(batch) for member in self.members]
        posteriors = [output.logits.softmax(dim=-1) for output in outputs]
        mean = torch.stack(posteriors).mean(dim=0)
        embedding = torch.cat([output.embedding for output in outputs], dim=-1)
        return MethodOutput(
            mean.clamp(min=SMALLEST).log(), embedding, {"members": outputs}
        )

    def losses(self, output, batch):
        """Average each loss over the members that have it and are trained."""
        found = {}
        for member, own in zip(
            self.members, output.extras["members"], strict=True
        ):
            member.progress = self.progress
            if member.USES_GRADIENTS or not self.USES_GRADIENTS:
                for name, loss in member.losses(own, batch).items():
                    found.setdefault(name, []).append(loss)
        return {name: torch.stack(of).mean() for name, of in found.items()}

    def for_inference(self):
        """Remove what only training needs from all members."""
        for member in self.members:
            member.for_inference()
        return self


def _initialised(method):
    """Initialise all modules anew."""
    for module in method.modules():
        if hasattr(module, "reset_parameters"):
            module.reset_parameters()
    return method
