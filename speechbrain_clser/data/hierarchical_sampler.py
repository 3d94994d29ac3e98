"""Sample batches with several languages, classes and utterances per class."""

import collections
import random

from torch.utils.data import Sampler

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
    scheme : Scheme
        Maps emotions to classes.
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
    >>> from speechbrain_clser.labels import Scheme
    >>> rows = [
    ...     Utterance(f"{l}{e}", "", "", "s", l, emotion=e)
    ...     for l in ("deu", "ita")
    ...     for e in ("anger", "fear")
    ... ]
    >>> batches = HierarchicalBatchSampler(
    ...     rows, Scheme(["anger", "fear"]), 0, 2, 2, 1
    ... )
    >>> [sorted(batch) for batch in batches]
    [[0, 1, 2, 3]]
    """

    def __init__(self, rows, scheme, seed, languages, classes, utterances):
        self.cells = collections.defaultdict(dict)
        for index, row in enumerate(rows):
            cells = self.cells[row.language]
            cells.setdefault(scheme.index(row.emotion), []).append(index)
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
