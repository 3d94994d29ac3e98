import pytest
import torch

from speechbrain_clser.lobes.mask import real_frames


def test_every_length_is_recovered_from_its_fraction():
    lens = torch.arange(1, 701) / 700
    assert real_frames(lens, 700).sum(dim=1).equal(torch.arange(1, 701))


def test_half_precision_fractions_are_not_rounded_twice():
    assert real_frames(torch.tensor([0.75]).half(), 400).sum() == 300


def test_utterance_has_at_least_one_frame():
    assert real_frames(torch.tensor([0.0]), 5).tolist() == [
        [True] + [False] * 4
    ]


def test_lens_above_one_raise():
    with pytest.raises(ValueError, match="from 0 to 1"):
        real_frames(torch.tensor([50.0]), 50)
