"""Sample batches of labelled and additional unlabelled utterances."""

import random

from torch.utils.data import Sampler

from speechbrain_clser.seeds import seed_for


class SemiSupervisedBatchSampler(Sampler):
    """Add a fixed number of further utterances to every batch.

    The further utterances are sampled without replacement until all were used.
    The labelled batches may be repeated within an epoch, each time shuffled
    again.

    Arguments
    ---------
    batches : Sampler
        Yields lists of indices; has ``set_epoch`` if it is random.
    others : sequence of int
        Indices of the further utterances.
    n_others : int
        Number per batch.
    seed : int
        Sampling seed; the epoch is added.
    n_passes : int
        Passes through all batches per epoch.

    Example
    -------
    >>> from torch.utils.data import BatchSampler, SequentialSampler
    >>> batches = BatchSampler(SequentialSampler(range(4)), 2, drop_last=False)
    >>> mixed = SemiSupervisedBatchSampler(batches, [7, 8], n_others=1, seed=0)
    >>> [batch[:2] for batch in mixed], sorted(b[2] for b in mixed)
    ([[0, 1], [2, 3]], [7, 8])
    """

    def __init__(self, batches, others, n_others, seed, n_passes=1):
        self.batches, self.others = batches, list(others)
        self.n_others, self.n_passes = n_others, n_passes
        self.seed, self.epoch = seed, 0

    def set_epoch(self, epoch):
        """Set the epoch, which changes the sampling order."""
        self.epoch = epoch

    def __len__(self):
        return self.n_passes * len(self.batches)

    def __iter__(self):
        draw = random.Random(seed_for(self.seed, f"beside {self.epoch}"))
        pack = []
        for batch in self._labelled():
            further = []
            for _ in range(self.n_others):
                if not pack:
                    pack = draw.sample(self.others, len(self.others))
                further.append(pack.pop())
            yield [*batch, *further]

    def _labelled(self):
        for turn in range(self.n_passes):
            drawn = self.batches, getattr(self.batches, "sampler", None)
            for sampler in drawn:
                if hasattr(sampler, "set_epoch"):
                    sampler.set_epoch(self.epoch * self.n_passes + turn)
            yield from self.batches
