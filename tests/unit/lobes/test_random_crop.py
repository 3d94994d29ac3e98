import torch

from speechbrain_clser.lobes.random_crop import RandomCrop


def numbered(n_utterances, n_frames):
    """Return frames that contain their position, 1 to n."""
    places = torch.arange(1.0, n_frames + 1)
    return places.expand(n_utterances, -1)[..., None].clone()


def test_crops_cover_all_stretches_without_padding():
    frames = numbered(400, 10)
    frames[:, 6:] = -1.0
    kept, lens = RandomCrop(4)(frames, torch.full((400,), 0.6))
    assert lens.tolist() == [1.0] * 400
    assert (kept[:, 1:] - kept[:, :-1] == 1).all()
    assert set(kept[:, 0, 0].tolist()) == {1.0, 2.0, 3.0}


def test_short_utterance_is_unchanged():
    frames = numbered(1, 10)
    kept, lens = RandomCrop(4)(frames, torch.tensor([0.3]))
    assert kept[0, :3, 0].tolist() == [1.0, 2.0, 3.0]
    torch.testing.assert_close(lens, torch.tensor([0.75]))


def test_short_batch_and_eval_mode_are_unchanged():
    frames, lens = numbered(2, 10), torch.tensor([1.0, 0.5])
    for crop in (RandomCrop(10), RandomCrop(4).eval()):
        same, same_lens = crop(frames, lens)
        assert same is frames and same_lens is lens


def test_stretch_is_returned_in_fractions_of_the_real_frames():
    frames, lens = numbered(50, 10), torch.full((50,), 0.8)
    kept, _, stretch = RandomCrop(4).stretch(frames, lens)
    torch.testing.assert_close(stretch[:, 0] * 8 + 1, kept[:, 0, 0])
    torch.testing.assert_close(stretch[:, 1] * 8, kept[:, -1, 0])
    _, _, whole = RandomCrop(4).eval().stretch(frames, lens)
    assert whole.tolist() == [[0.0, 1.0]] * 50
