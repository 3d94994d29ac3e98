import torch

from speechbrain_clser.lobes.random_crop import RandomCrop
from speechbrain_clser.lobes.segment_means import segment_means, within


def test_times_are_fractions_of_the_real_frames():
    frames = torch.arange(8.0)[None, :, None].repeat(2, 1, 1)
    phones = torch.tensor([[[3.0, 0.0, 0.5]], [[3.0, 0.5, 1.0]]])
    vectors, phone, utterance = segment_means(
        frames, torch.tensor([1.0, 0.5]), phones
    )
    assert vectors.ravel().tolist() == [1.5, 2.5]  # of 0-3, and of 2-3
    assert phone.tolist() == [3, 3] and utterance.tolist() == [0, 1]


def test_padding_phones_are_ignored():
    phones = torch.tensor([[[3.0, 0.2, 0.6], [0.0, 0.0, 0.0]]])
    _, phone, _ = segment_means(torch.ones(1, 5, 2), torch.ones(1), phones)
    assert phone.tolist() == [3]


def test_shortest_phone_has_one_frame():
    frames = torch.arange(4.0)[None, :, None]
    phones = torch.tensor([[[1.0, 0.0, 0.01], [2.0, 0.999, 1.0]]])
    vectors, _, _ = segment_means(frames, torch.ones(1), phones)
    assert vectors.ravel().tolist() == [0.0, 3.0]


def test_padding_frames_are_not_averaged():
    frames = torch.ones(1, 10, 2)
    frames[:, 5:] = 99.0
    phones = torch.tensor([[[1.0, 0.0, 1.0], [1.0, 0.9, 1.0]]])
    vectors, _, _ = segment_means(frames, torch.tensor([0.5]), phones)
    assert vectors.equal(torch.ones(2, 2))


def test_gradient_is_zero_outside_the_segment():
    frames = torch.ones(1, 4, 1, requires_grad=True)
    phones = torch.tensor([[[1.0, 0.25, 0.75]]])
    segment_means(frames, torch.ones(1), phones)[0].sum().backward()
    assert frames.grad.ravel().tolist() == [0.0, 0.5, 0.5, 0.0]


def test_no_phones_give_no_segments():
    vectors, phone, row = segment_means(
        torch.ones(2, 4, 3), torch.ones(2), torch.zeros(2, 0, 3)
    )
    assert vectors.shape == (0, 3) and len(phone) == len(row) == 0


def test_phone_times_are_converted_to_the_stretch():
    frames = torch.arange(20.0)[None, :, None].repeat(200, 1, 1)
    lens = torch.full((200,), 0.8)
    thirds = [[1.0, 0.0, 0.25], [2.0, 0.25, 0.75], [3.0, 0.75, 1.0]]
    phones = torch.tensor([[*thirds, [0.0, 0.0, 0.0]]]).repeat(200, 1, 1)
    kept, lens, stretch = RandomCrop(6).stretch(frames, lens)
    vectors, phone, row = segment_means(kept, lens, within(phones, stretch))
    bounds = {1: (0, 4), 2: (4, 12), 3: (12, 16)}
    for vector, code, n in zip(vectors, phone.tolist(), row, strict=True):
        first, after = bounds[code]
        averaged = [t for t in kept[n, :, 0].tolist() if first <= t < after]
        assert vector.item() == sum(averaged) / len(averaged)
    assert set(phone.tolist()) == {1, 2, 3}
    assert len(phone) < 600  # phones outside are removed


def test_whole_utterance_keeps_phone_times():
    phones = torch.rand(2, 5, 3)
    assert within(phones, torch.tensor([[0.0, 1.0]] * 2)).equal(phones)
