"""Tests for reading segments of recordings."""

import numpy as np
import pytest
from helpers import sounds

from speechbrain_clser.data.audio import check, load
from speechbrain_clser.data.segment import join, split
from speechbrain_clser.errors import BadAudioError


@pytest.fixture
def wav(tmp_path):
    """One second of a ramp at 16 kHz."""
    return sounds.write(tmp_path / "a.wav", np.arange(16000) / 16384)


@pytest.mark.parametrize(
    "times", [(0.0, 1.0), (1.5, 2.25), (3600.001, 3600.5), (2.0, None)]
)
def test_split_inverts_join(times):
    assert split(join("b/a.wav", *times)) == ("b/a.wav", *times)


def test_existing_file_with_fragment_in_name_is_a_file(tmp_path):
    path = str(sounds.write(tmp_path / "a.wav#t=0,1", format="WAV"))
    assert split(path) == (path, 0.0, None)


@pytest.mark.parametrize("suffix", ["wav", "flac"])
@pytest.mark.parametrize(
    "times, first, n", [((0.25, 0.5), 4000, 4000), ((0.75, None), 12000, 4000)]
)
def test_segment_contains_samples_between_its_times(
    tmp_path, suffix, times, first, n
):
    path = sounds.write(tmp_path / f"a.{suffix}", np.arange(16000) / 16384)
    samples = load(join(path, *times))
    assert len(samples) == n
    assert samples[0] == pytest.approx(first / 16384, abs=1e-3)
    assert check(join(path, *times))[0] == n / 16000


def test_segment_of_file_of_unknown_length_is_read(tmp_path):
    path = sounds.pipe_flac(tmp_path / "a.flac", np.arange(16000) / 16384)
    assert len(load(join(path, 0.25, 0.5))) == 4000


def test_segments_of_one_file_have_different_digests(wav):
    digests = {check(join(wav, *times))[1] for times in ((0, 0.5), (0.5, 1))}
    assert len({*digests, check(wav)[1]}) == 3


def test_rounded_end_is_accepted(wav):
    assert len(load(join(wav, 0.5, 1.005))) == 8000


@pytest.mark.parametrize("times", [(0.5, 1.1), (1.5, 1.6), (1.5, None)])
def test_segment_beyond_the_end_raises(wav, times):
    with pytest.raises(BadAudioError, match="found one of 1.00 s") as error:
        load(join(wav, *times))
    assert error.value.reason == "segment"


def test_missing_file_of_a_segment_raises_missing(tmp_path):
    with pytest.raises(BadAudioError, match="a.wav: expected a rec") as error:
        load(join(tmp_path / "a.wav", 0, 1))
    assert error.value.reason == "missing"
