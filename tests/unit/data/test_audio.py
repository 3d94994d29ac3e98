import tracemalloc

import numpy as np
import pytest
import soundfile
import torch
from helpers import sounds

from speechbrain_clser.data import recording
from speechbrain_clser.data.audio import check, load, load_usable, one_channel
from speechbrain_clser.errors import BadAudioError


def test_duration_counts_frames_not_samples(tmp_path):
    path = sounds.write(tmp_path / "a.wav", sounds.noise(0, 4800, 2), 48000)
    assert check(path)[0] == 0.1


def test_digest_depends_on_samples_not_on_file(tmp_path):
    wav = sounds.write(tmp_path / "a.wav")
    with wav.open("ab") as file:
        file.write(b"LIST\x04\x00\x00\x00INFO")
    samples, _ = soundfile.read(wav, dtype="int16")
    flac = sounds.write(tmp_path / "b.flac", samples)
    assert check(wav)[1] == check(flac)[1]


def test_digest_differs_for_other_samples_and_rates(tmp_path):
    samples = sounds.noise(0)
    digests = {
        check(sounds.write(tmp_path / "a.wav", samples))[1],
        check(sounds.write(tmp_path / "b.wav", samples[::-1]))[1],
        check(sounds.write(tmp_path / "c.wav", samples, 8000))[1],
    }
    assert len(digests) == 3
    assert all(len(digest) == 16 for digest in digests)


def test_load_averages_channels(tmp_path):
    left, right = np.full(800, 0.5), np.full(800, -0.25)
    path = tmp_path / "a.wav"
    soundfile.write(path, np.stack([left, right], axis=1), 16000)
    wav = load(path)
    assert (wav.shape, wav.dtype) == ((800,), torch.float32)
    torch.testing.assert_close(wav, torch.full((800,), 0.125))


@pytest.mark.parametrize("from_hz", [8000, 16000, 44100, 48000])
def test_load_preserves_pitch(tmp_path, from_hz):
    seconds = np.arange(from_hz) / from_hz
    tone = 0.5 * np.sin(2 * np.pi * 440 * seconds)
    path = sounds.write(tmp_path / "a.wav", tone, from_hz)
    wav = load(path)
    assert wav.shape == (16000,)
    assert wav[100:-100].abs().max() == pytest.approx(0.5, abs=0.01)
    assert torch.fft.rfft(wav).abs().argmax() == 440


def test_unusual_rate_is_rounded():
    wav = one_channel(torch.ones(16001), 16001, 16000)
    assert wav.shape == (16001,)  # 16,001 Hz is taken for 16,000
    assert one_channel(torch.ones(22254), 22254, 16000).shape == (16003,)
    assert one_channel(torch.ones(11025), 11025, 16000).shape == (16000,)


def test_load_resamples_to_given_rate(tmp_path):
    path = sounds.write(tmp_path / "a.wav", sounds.noise(0, 1600))
    assert load(path, sample_rate_hz=8000).shape == (800,)


def test_load_of_missing_file_raises_with_its_name(tmp_path):
    with pytest.raises(BadAudioError, match="a.wav: .*no such file"):
        load(tmp_path / "a.wav")


def test_load_usable_raises_for_silence(tmp_path):
    silence = sounds.write(tmp_path / "a.wav", np.zeros((1600, 1)))
    with pytest.raises(BadAudioError, match="a peak of 0.0e"):
        load_usable(silence)
    sound = sounds.write(tmp_path / "b.wav", sounds.noise(0, 4800, 2), 48000)
    wav, notes = load_usable(sound)
    assert wav.equal(load(sound)) and notes == ()


@pytest.mark.parametrize("read", [check, load, load_usable])
def test_too_many_samples_raise_before_decoding(tmp_path, monkeypatch, read):
    path = sounds.write(tmp_path / "a.flac", sounds.noise(0, 2000, 8), 655350)
    monkeypatch.setattr(recording, "MOST_VALUES", 15999)
    monkeypatch.setattr(recording, "blocks", None)
    match = r"at most 15,999 samples .* 2,000 of 8 channels; .*-ar 16000"
    with pytest.raises(BadAudioError, match=match) as caught:
        read(path)
    assert caught.value.reason == "large"


def test_too_many_samples_of_unknown_number_raise(tmp_path, monkeypatch):
    path = sounds.pipe_flac(tmp_path / "a.flac", sounds.noise(0, 8000))
    monkeypatch.setattr(recording, "MOST_VALUES", 7999)
    with pytest.raises(BadAudioError, match="found 8,000 of 1 channels"):
        load(path)


def test_channels_are_averaged_block_by_block(tmp_path):
    path = sounds.write(tmp_path / "a.wav", np.ones((1_500_000, 8)) / 9)
    tracemalloc.start()
    check(path)
    _, n_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert n_bytes < 40e6  # all of it has 48 MB, as float64 96
