import re
import struct

import numpy as np
import pytest
import soundfile
import torch
from helpers import sounds

from speechbrain_clser.data.audio import check, load, load_usable, one_channel
from speechbrain_clser.errors import BadAudioError


def refused(path, reason, match):
    """Hold the reason and the message of a refusal."""
    with pytest.raises(BadAudioError, match=match) as caught:
        check(path)
    assert caught.value.reason == reason
    assert str(path) in str(caught.value)


def test_duration_counts_frames_not_samples(tmp_path):
    path = sounds.write(tmp_path / "a.wav", sounds.noise(0, 4800, 2), 48000)
    assert check(path)[0] == 0.1


def test_digest_is_that_of_the_sound_not_of_the_file(tmp_path):
    wav = sounds.write(tmp_path / "a.wav")
    with wav.open("ab") as file:
        file.write(b"LIST\x04\x00\x00\x00INFO")
    samples, _ = soundfile.read(wav, dtype="int16")
    flac = sounds.write(tmp_path / "b.flac", samples)
    assert check(wav)[1] == check(flac)[1]


def test_digest_tells_samples_and_rates_apart(tmp_path):
    samples = sounds.noise(0)
    digests = {
        check(sounds.write(tmp_path / "a.wav", samples))[1],
        check(sounds.write(tmp_path / "b.wav", samples[::-1]))[1],
        check(sounds.write(tmp_path / "c.wav", samples, 8000))[1],
    }
    assert len(digests) == 3
    assert all(len(digest) == 16 for digest in digests)


def test_missing_file_is_refused(tmp_path):
    refused(tmp_path / "a.wav", "missing", "found no such file")


def test_link_to_nowhere_is_missing(tmp_path):
    path = tmp_path / "a.wav"
    path.symlink_to(tmp_path / "nowhere.wav")
    refused(path, "missing", "found no such file")


def test_folder_in_place_of_a_file_is_unreadable(tmp_path):
    refused(tmp_path, "unreadable", "Is a directory")


def test_file_of_no_bytes_is_empty(tmp_path):
    path = tmp_path / "a.wav"
    path.touch()
    refused(path, "empty", "found 0 bytes")


@pytest.mark.parametrize("n_samples", [0, 399])
def test_file_of_hardly_any_samples_is_empty(tmp_path, n_samples):
    path = sounds.write(tmp_path / "a.wav", sounds.noise(0, n_samples))
    refused(path, "empty", f"at least 0.025 s .*found {n_samples} samples")


def test_one_window_is_enough(tmp_path):
    path = sounds.write(tmp_path / "a.wav", sounds.noise(0, 400))
    assert check(path)[0] == 0.025


@pytest.mark.parametrize("cut", [1, 100, 1000])
def test_wav_that_ends_before_its_header_says_is_truncated(tmp_path, cut):
    path = sounds.write(tmp_path / "a.wav")
    path.write_bytes(path.read_bytes()[:-cut])
    refused(path, "truncated", f"found {cut} fewer; copy or download it again")


def test_wav_of_unknown_length_is_no_truncated_one(tmp_path):
    path = sounds.write(tmp_path / "a.wav")
    whole = path.read_bytes()
    size = struct.pack("<I", 0xFFFFFFFF)
    path.write_bytes(whole[:4] + size + whole[8:40] + size + whole[44:])
    assert check(path)[0] == 0.05


def test_chunks_before_the_samples_are_skipped(tmp_path):
    path = sounds.write(tmp_path / "a.wav")
    whole = path.read_bytes()
    odd = b"note" + struct.pack("<I", 3) + b"abc\0"
    path.write_bytes(whole[:12] + odd + whole[12:])
    assert check(path)[0] == 0.05
    path.write_bytes(path.read_bytes()[:-10])
    refused(path, "truncated", "found 10 fewer")


def test_damaged_header_is_unreadable(tmp_path):
    path = sounds.write(tmp_path / "a.wav")
    path.write_bytes(path.read_bytes()[:20] + b"\xff" * 400)
    refused(path, "unreadable", "found a damaged file .*download it again")


def test_damaged_flac_is_unreadable(tmp_path):
    path = sounds.write(tmp_path / "a.flac", sounds.noise(0, 16000))
    path.write_bytes(path.read_bytes()[:9000])
    refused(path, "unreadable", "found a damaged file")


def test_half_an_mp3_is_truncated(tmp_path):
    path = sounds.write(tmp_path / "a.mp3", sounds.noise(0, 48000))
    path.write_bytes(path.read_bytes()[:9000])
    refused(path, "truncated", "expected 48000 samples as the header says")


def test_whole_mp3_passes(tmp_path):
    path = sounds.write(tmp_path / "a.mp3", sounds.noise(0, 16000))
    assert check(path)[0] == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_samples_that_are_no_numbers_are_refused(tmp_path, bad):
    samples = sounds.noise(0)
    samples[[3, 700]] = bad
    path = sounds.write(tmp_path / "a.wav", samples, subtype="FLOAT")
    refused(path, "nan", "found 2 samples that are NaN or infinite")


@pytest.mark.parametrize("peak", [0.0, 5e-5])
def test_silence_is_refused(tmp_path, peak):
    samples = np.full((800, 1), peak)
    path = sounds.write(tmp_path / "a.wav", samples, subtype="FLOAT")
    refused(path, "silent", re.escape(f"a peak of {peak:.1e} in"))


@pytest.mark.parametrize("rate_hz", [999, 768_001])
def test_rate_that_no_recorder_has_is_refused(tmp_path, rate_hz):
    path = sounds.write(tmp_path / "a.wav", sounds.noise(0, 40000), rate_hz)
    refused(path, "rate", f"found {rate_hz:,}; correct its header")


def test_samples_that_damage_blew_up_are_refused(tmp_path):
    samples = sounds.noise(0)
    samples[400] = -3e30
    path = sounds.write(tmp_path / "a.wav", samples, subtype="FLOAT")
    refused(path, "loud", r"found a peak of 3\.0e\+30; the file is damaged")


def test_samples_that_were_never_scaled_pass(tmp_path):
    path = tmp_path / "a.wav"
    sounds.write(path, 32768 * sounds.noise(0), subtype="FLOAT")
    assert check(path)[0] == 0.05


def test_soft_recording_passes(tmp_path):
    samples = np.full((800, 1), 2e-4)
    assert check(sounds.write(tmp_path / "a.wav", samples))


def test_name_need_not_be_text(tmp_path):
    path = sounds.write(tmp_path / "a.wav")
    assert check(path.rename(tmp_path / "\udcff.wav"))[0] == 0.05


def test_sound_under_the_suffix_of_another_format_passes(tmp_path):
    path = sounds.write(tmp_path / "a.wav", format="FLAC")
    assert check(path)[0] == 0.05


@pytest.mark.parametrize(
    "content, match",
    [
        (b"<!DOCTYPE html><html>", "a web page; download it again"),
        (b"\n<html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"/annex/objects/SHA256E-s1--2.wav\n", "git annex get"),
        (b"PK\3\4" + bytes(60), "a zip archive; unpack it"),
        (b"\x1f\x8b" + bytes(60), "a gzip archive; unpack it"),
        (b"\0\0\0\x20ftypM4A " + bytes(60), "as .wav says.*convert it to WAV"),
        (b"just some words", "it starts with b'just som'"),
    ],
)
def test_file_that_is_no_audio_says_what_it_is(tmp_path, content, match):
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    refused(path, "suffix", match)


def test_load_averages_channels(tmp_path):
    left, right = np.full(800, 0.5), np.full(800, -0.25)
    path = tmp_path / "a.wav"
    soundfile.write(path, np.stack([left, right], axis=1), 16000)
    wav = load(path)
    assert (wav.shape, wav.dtype) == ((800,), torch.float32)
    torch.testing.assert_close(wav, torch.full((800,), 0.125))


@pytest.mark.parametrize("from_hz", [8000, 16000, 44100, 48000])
def test_load_keeps_a_tone_at_its_pitch(tmp_path, from_hz):
    seconds = np.arange(from_hz) / from_hz
    tone = 0.5 * np.sin(2 * np.pi * 440 * seconds)
    path = sounds.write(tmp_path / "a.wav", tone, from_hz)
    wav = load(path)
    assert wav.shape == (16000,)
    assert wav[100:-100].abs().max() == pytest.approx(0.5, abs=0.01)
    assert torch.fft.rfft(wav).abs().argmax() == 440


def test_rate_with_nothing_in_common_makes_no_giant_filter():
    wav = one_channel(torch.ones(16001), 16001, 16000)
    assert wav.shape == (16001,)  # 16,001 Hz is taken for 16,000
    assert one_channel(torch.ones(22254), 22254, 16000).shape == (16003,)
    assert one_channel(torch.ones(11025), 11025, 16000).shape == (16000,)


def test_load_goes_to_the_rate_that_is_wanted(tmp_path):
    path = sounds.write(tmp_path / "a.wav", sounds.noise(0, 1600))
    assert load(path, sample_rate_hz=8000).shape == (800,)


def test_load_of_a_lost_file_names_it(tmp_path):
    with pytest.raises(BadAudioError, match="a.wav: .*no such file"):
        load(tmp_path / "a.wav")


def test_what_check_refuses_is_not_loaded_as_usable(tmp_path):
    silence = sounds.write(tmp_path / "a.wav", np.zeros((800, 1)))
    with pytest.raises(BadAudioError, match="a peak of 0.0e"):
        load_usable(silence)
    sound = sounds.write(tmp_path / "b.wav", sounds.noise(0, 4800, 2), 48000)
    assert load_usable(sound).equal(load(sound))
