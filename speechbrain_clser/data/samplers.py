"""Sample the batches of training: plain, balanced, hierarchical or with others."""

import collections
import random

from speechbrain.dataio.sampler import (
    ReproducibleRandomSampler,
    ReproducibleWeightedRandomSampler,
)
from torch.utils.data import BatchSampler, Sampler

from speechbrain_clser.deprecation import current_value
from speechbrain_clser.seeds import seed_for


class HierarchicalBatchSampler(Sampler):
    """Sample languages, then classes, then utterances of each such cell.

    A cell is the set of utterances of one language and class. It is sampled
    without replacement until all utterances were used. A language without some
    of the classes contributes the classes it has.

    Arguments
    ---------
    rows : sequence of Utterance
        Training rows, in the order of the dataset.
    scheme : Classes
        Gives the class of an utterance.
    seed : int
        Sampling seed; the epoch is added.
    languages, classes, utterances : int
        Number per batch; their product is the batch size.

    Raises
    ------
    ValueError
        If the rows have fewer languages or classes.

    Source
    ------
    Mi, Ma and Toda, Interspeech 2026, hierarchical cross-lingual sampling:
    3 languages, 4 emotions, 3 utterances of each.

    Example
    -------
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> from speechbrain_clser.tasks import Classes
    >>> rows = [
    ...     Utterance(f"{l}{e}", "", "", "s", l, emotion=e)
    ...     for l in ("deu", "ita")
    ...     for e in ("anger", "fear")
    ... ]
    >>> batches = HierarchicalBatchSampler(
    ...     rows, Classes(["anger", "fear"]), 0, 2, 2, 1
    ... )
    >>> [sorted(batch) for batch in batches]
    [[0, 1, 2, 3]]
    """

    def __init__(self, rows, scheme, seed, languages, classes, utterances):
        self.cells = collections.defaultdict(dict)
        for index, row in enumerate(rows):
            cells = self.cells[row.language]
            cells.setdefault(scheme.of(row), []).append(index)
        for what, wanted, there in (
            ("languages", languages, sorted(self.cells)),
            ("classes", classes, scheme.classes),
        ):
            if wanted > len(there):
                raise ValueError(
                    f"expected batches of {wanted} {what}, the training "
                    f"has {len(there)} ({', '.join(there)}); give "
                    f"--hierarchical_sampling '{{{what}: {len(there)}}}'"
                )
        self.seed, self.epoch = seed, 0
        self.languages, self.classes = languages, classes
        self.utterances = utterances
        self.n_batches = -(-len(rows) // (languages * classes * utterances))

    def set_epoch(self, epoch):
        """Set the epoch, which changes the sampling order."""
        self.epoch = epoch

    def __len__(self):
        return self.n_batches

    def __iter__(self):
        draw = random.Random(seed_for(self.seed, f"cells {self.epoch}"))
        packs = collections.defaultdict(list)
        for _ in range(self.n_batches):
            batch = []
            for language in draw.sample(sorted(self.cells), self.languages):
                cells = self.cells[language]
                n_classes = min(self.classes, len(cells))
                for emotion in draw.sample(sorted(cells), n_classes):
                    batch += self._deal(
                        packs[language, emotion], cells[emotion], draw
                    )
            yield batch

    def _deal(self, pack, cell, draw):
        """Take utterances from a shuffled cell; reshuffle it when it is empty."""
        dealt = []
        for _ in range(self.utterances):
            if not pack:
                fresh = [index for index in cell if index not in dealt]
                draw.shuffle(fresh)
                pack += [*dealt, *fresh]
            dealt.append(pack.pop())
        return dealt


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


BALANCE = ("none", "class", "language_class", "hierarchical")


def loader_options(
    rows,
    scheme,
    balance,
    seed,
    batch_size,
    hierarchical_sampling=None,
    others=(),
    n_others=0,
    n_passes=1,
) -> dict:
    """Return the data-loader options that sample the training utterances.

    ``balance`` is ``"none"`` (each utterance once per epoch), ``"class"`` or
    ``"language_class"`` (equal sampling probability of each class, or of each class of each
    language; with dimensions, all utterances are of one class), or ``"hierarchical"``
    (batches of ``hierarchical_sampling``, which ignore ``batch_size``).
    Each batch gets ``n_others`` of the additional indices ``others``, such as unlabelled
    utterances; ``n_passes`` is the number of passes per epoch. Rows are in the order of the
    dataset; the epoch is added to the seed. A ValueError names an unknown ``balance``.

    Example
    -------
    >>> loader_options(["row"] * 3, None, "none", seed=1, batch_size=32)[
    ...     "batch_size"
    ... ]
    32
    """
    balance = current_value("balance", balance, "settings")
    if balance not in BALANCE:
        raise ValueError(
            f"balance must be one of {', '.join(BALANCE)}, got {balance!r}"
        )
    is_plain = not others and n_passes == 1
    if balance == "hierarchical":
        batches = HierarchicalBatchSampler(
            rows, scheme, seed, **hierarchical_sampling
        )
        if is_plain:
            return {"batch_sampler": batches}
    else:
        sampler = _sampler(rows, scheme, balance, seed)
        if is_plain:
            return {"batch_size": batch_size, "sampler": sampler}
        batches = BatchSampler(sampler, batch_size, drop_last=False)
    mixed = SemiSupervisedBatchSampler(
        batches, others, n_others, seed, n_passes
    )
    return {"batch_sampler": mixed}


def _sampler(rows, scheme, balance, seed):
    if balance == "none":
        return ReproducibleRandomSampler(rows, seed=seed)
    kinds = [
        (row.language if balance == "language_class" else "",)
        + (scheme.of(row),)
        for row in rows
    ]
    sizes = collections.Counter(kinds)
    return ReproducibleWeightedRandomSampler(
        [1 / sizes[kind] for kind in kinds],
        num_samples=len(rows),
        replacement=True,
        seed=seed,
    )
