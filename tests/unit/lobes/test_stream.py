import pytest
import torch

from speechbrain_clser.lobes.stream import Stream, averaged

PLACES = {"a": (0, 2), "b": (2, 3), "c": (3, 5)}


class Same(torch.nn.Module):
    output_dim = 2

    def forward(self, frames, lens):
        return frames


class Once(torch.nn.Module):
    """Returns one frame per utterance."""

    output_dim = 2

    def forward(self, frames, lens):
        return frames[:, :1]


def test_columns_of_the_stream_are_selected():
    frames = torch.arange(5.0)[None, None]
    picked, _ = Stream(PLACES, "c", Same())(frames, torch.ones(1))
    assert picked.flatten().tolist() == [3, 4]


def test_neighbours_are_averaged_without_padding():
    frames = torch.tensor([[1.0, 3, 5, 99, 99], [1, 2, 3, 4, 5]])[..., None]
    slow, lens = averaged(frames, torch.tensor([0.6, 1.0]), 2)
    assert slow[..., 0].tolist() == [[2, 5, 0], [1.5, 3.5, 5]]
    torch.testing.assert_close(lens, torch.tensor([2 / 3, 1.0]))


def test_averages_of_one_frame_only_zero_the_padding():
    frames = torch.ones(1, 4, 2)
    same, lens = averaged(frames, torch.tensor([0.5]), 1)
    assert same[0, :2].equal(frames[0, :2]) and not same[0, 2:].any()
    assert lens.item() == 0.5


def test_single_frame_has_length_one():
    stream = Stream(PLACES, "a", Once(), n_averaged=4)
    frames, lens = stream(torch.ones(2, 9, 5), torch.tensor([1.0, 0.3]))
    assert frames.shape == (2, 1, 2) and lens.tolist() == [1, 1]


def test_unknown_stream_raises():
    with pytest.raises(ValueError, match="a, b, c, found 'd'"):
        Stream(PLACES, "d", Same())
