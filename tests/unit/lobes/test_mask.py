import pytest
import torch

from speechbrain_clser.lobes.mask import real_frames


def test_every_length_comes_back_from_its_share():
    lens = torch.arange(1, 701) / 700
    assert real_frames(lens, 700).sum(dim=1).equal(torch.arange(1, 701))


def test_half_precision_shares_are_not_rounded_twice():
    assert real_frames(torch.tensor([0.75]).half(), 400).sum() == 300


def test_no_utterance_is_empty():
    assert real_frames(torch.tensor([0.0]), 5).tolist() == [
        [True] + [False] * 4
    ]


def test_lens_that_are_counts_are_refused():
    with pytest.raises(ValueError, match="shares of 0-1"):
        real_frames(torch.tensor([50.0]), 50)
