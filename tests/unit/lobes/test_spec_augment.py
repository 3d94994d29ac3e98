import torch

from speechbrain_clser.lobes.spec_augment import SpecAugment


def test_eval_changes_nothing():
    frames, lens = torch.ones(2, 9, 3), torch.ones(2)
    assert SpecAugment().eval()(frames, lens)[0].equal(frames)


def test_stretch_masks_consecutive_frames():
    mask = SpecAugment(n_stretches=1, stretch_share=0.5, column_share=0.0)
    masked, lens = mask(torch.ones(8, 40, 3), torch.ones(8))
    hidden = masked == 0
    assert hidden.any() and lens.equal(torch.ones(8))
    assert (hidden.any(dim=-1) == hidden.all(dim=-1)).all()
    starts = (hidden[:, 1:, 0] & ~hidden[:, :-1, 0]).sum(dim=1)
    assert (starts + hidden[:, 0, 0] <= 1).all()
    assert hidden[..., 0].sum(dim=1).max() <= 20


def test_only_real_frames_are_masked():
    mask = SpecAugment(n_stretches=3, stretch_share=0.9, column_share=0.0)
    masked, _ = mask(torch.ones(8, 40, 1), torch.full((8,), 0.25))
    assert (masked[:, :10] == 0).any()
    assert (masked[:, 10:] == 1).all()


def test_columns_are_masked_with_the_given_probability():
    mask = SpecAugment(n_stretches=0, column_share=0.25)
    masked, _ = mask(torch.ones(50, 4, 80), torch.ones(50))
    hidden = masked == 0
    assert (hidden.any(dim=1) == hidden.all(dim=1)).all()
    assert abs(hidden.float().mean() - 0.25) < 0.05
