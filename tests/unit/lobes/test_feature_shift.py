import torch

from speechbrain_clser.lobes.feature_shift import FeatureShift


def test_offsets_differ_by_utterance_and_column_but_not_by_frame():
    frames, lens = torch.randn(64, 5, 32), torch.ones(64)
    moved, _ = FeatureShift(0.5)(frames, lens)
    offsets = moved - frames
    torch.testing.assert_close(
        offsets, offsets[:, :1].expand(-1, 5, -1), atol=1e-5, rtol=0
    )
    assert abs(offsets[:, 0].std() - 0.5) < 0.05


def test_input_frames_are_not_modified():
    frames = torch.zeros(2, 3, 4)
    FeatureShift(1.0)(frames, torch.ones(2))
    assert not frames.any()


def test_eval_changes_nothing():
    frames, lens = torch.randn(2, 3, 4), torch.tensor([1.0, 0.5])
    same, same_lens = FeatureShift(1.0).eval()(frames, lens)
    assert same.equal(frames) and same_lens.equal(lens)


def test_zero_columns_stay_zero_without_with_silent():
    frames = torch.randn(2, 5, 4)
    frames[0, :, :2] = 0
    moved, _ = FeatureShift(1.0, with_silent=False)(frames, torch.ones(2))
    assert not moved[0, :, :2].any()
    assert (moved != frames)[0, :, 2:].all() and (moved != frames)[1].all()
