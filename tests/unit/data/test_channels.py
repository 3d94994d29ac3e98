import numpy as np
import pytest

from speechbrain_clser.data.channels import index_of, name_of, pick
from speechbrain_clser.errors import BadAudioError

SAMPLES = np.array([[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    "channel, expected",
    [
        ("mix", SAMPLES.tolist()),
        ("left", [[1.0], [3.0]]),
        ("right", [[2.0], [4.0]]),
        (1, [[2.0], [4.0]]),
    ],
)
def test_channel_is_picked(channel, expected):
    assert pick("a.wav", SAMPLES, index_of(channel)).tolist() == expected


def test_missing_channel_is_refused():
    with pytest.raises(BadAudioError, match="3 channels or more to take 3, "):
        pick("a.wav", SAMPLES, 2)
    with pytest.raises(BadAudioError, match="2 channels or more to take right"):
        pick("a.wav", SAMPLES[:, :1], 1)


@pytest.mark.parametrize("channel", ["each", "middle", -1, 0.5, None])
def test_unknown_channel_is_refused(channel):
    with pytest.raises(ValueError, match="channel: expected mix, left, right"):
        index_of(channel)


def test_channels_are_named():
    assert [name_of(n, 2) for n in range(2)] == ["left", "right"]
    assert [name_of(n, 3) for n in range(3)] == ["1", "2", "3"]
