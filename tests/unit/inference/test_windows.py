import numpy as np
import pytest
import torch
from helpers import sounds

from speechbrain_clser.data.audio import load
from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.inference.windows import windows


def test_windows_cover_all_and_overlap(tmp_path):
    path = sounds.write(tmp_path / "a.wav", sounds.noise(0, 36000))
    found = list(windows(path, 1.0, 0.5, 16000))
    assert [(s, e) for s, e, _ in found] == [
        *((0.0, 1.0), (0.5, 1.5), (1.0, 2.0), (1.5, 2.25))
    ]
    whole = load(path)
    for start_s, end_s, wav in found:
        cut = whole[round(start_s * 16000) : round(end_s * 16000)]
        assert wav.equal(cut)


def test_short_recording_is_one_window(tmp_path):
    path = sounds.write(tmp_path / "a.wav", sounds.noise(0, 8000))
    [(start_s, end_s, wav)] = windows(path, 4.0, 2.0, 16000)
    assert (start_s, end_s, len(wav)) == (0.0, 0.5, 8000)


def test_window_is_heard_as_if_it_had_been_cut_out(tmp_path):
    samples = sounds.noise(0, 88200, 2).astype(np.float32)
    path = sounds.write(tmp_path / "a.wav", samples, 44100, subtype="FLOAT")
    _, second = (wav for *_, wav in windows(path, 1.0, 1.0, 16000))
    cut = sounds.write(
        tmp_path / "b.wav", samples[44100:], 44100, subtype="FLOAT"
    )
    torch.testing.assert_close(second, load(cut))


def test_silence_has_no_window(tmp_path):
    samples = sounds.noise(0, 48000)
    samples[16000:32000] = 0
    path = sounds.write(tmp_path / "a.wav", samples)
    found = [(s, e) for s, e, _ in windows(path, 1.0, 1.0, 16000)]
    assert found == [(0.0, 1.0), (2.0, 3.0)]


@pytest.mark.parametrize("hop_s", [0.0, 1.5])
def test_hop_that_leaves_gaps_is_refused(hop_s, tmp_path):
    with pytest.raises(ValueError, match="hop_s must be above 0"):
        next(windows(tmp_path / "a.wav", 1.0, hop_s, 16000))


def test_bad_file_has_a_reason(tmp_path):
    (tmp_path / "text.wav").write_text("hello")
    nan = sounds.write(tmp_path / "nan.wav", [np.nan] * 800, subtype="FLOAT")
    for path, reason, match in (
        (tmp_path / "none.wav", "missing", "no such file"),
        (tmp_path / "text.wav", "unreadable", "convert it to WAV"),
        (nan, "nan", "found NaN or infinity after 0.0 s"),
    ):
        with pytest.raises(BadAudioError, match=match) as caught:
            list(windows(path, 1.0, 0.5, 16000))
        assert caught.value.reason == reason
