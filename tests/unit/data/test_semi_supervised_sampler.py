from torch.utils.data import BatchSampler

from speechbrain_clser.data.semi_supervised_sampler import (
    SemiSupervisedBatchSampler,
)


class Epochs:
    """A sampler that yields its epoch four times."""

    epoch = 0

    def set_epoch(self, epoch):
        self.epoch = epoch

    def __len__(self):
        return 4

    def __iter__(self):
        return iter([self.epoch] * 4)


def mixed(seed=1):
    batches = BatchSampler(Epochs(), 2, drop_last=False)
    return SemiSupervisedBatchSampler(
        batches, range(10, 15), n_others=3, seed=seed
    )


def test_every_batch_contains_others():
    batches = list(mixed())
    assert len(batches) == len(mixed()) == 2
    assert all(batch[:2] == [0, 0] and len(batch) == 5 for batch in batches)


def test_others_are_sampled_without_replacement():
    others = [index for batch in mixed() for index in batch[2:]]
    assert sorted(others[:5]) == [10, 11, 12, 13, 14]


def test_batches_depend_on_seed_and_epoch_only():
    first = list(mixed())
    assert list(mixed()) == first != list(mixed(seed=2))
    later = mixed()
    later.set_epoch(3)
    assert [batch[0] for batch in later] == [3, 3]
    assert [batch[2:] for batch in later] != [batch[2:] for batch in first]


def test_passes_repeat_batches_with_new_shuffle():
    batches = BatchSampler(Epochs(), 2, drop_last=False)
    often = SemiSupervisedBatchSampler(
        batches, [7], n_others=1, seed=1, n_passes=3
    )
    often.set_epoch(2)
    assert [batch[0] for batch in often] == [6, 6, 7, 7, 8, 8]
    assert len(often) == 6
