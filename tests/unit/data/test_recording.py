import os
import struct
import tracemalloc

import numpy as np
import pytest
from helpers import sounds

from speechbrain_clser.data.recording import blocks, duration_s, opened
from speechbrain_clser.errors import BadAudioError


def read(path):
    """Read a whole recording."""
    with opened(path) as file:
        return np.concatenate([*blocks(file, 300, 300)])


def refused(path, reason, match):
    """Check the reason and the message of an error."""
    with pytest.raises(BadAudioError, match=match) as caught:
        read(path)
    assert caught.value.reason == reason
    assert str(path) in str(caught.value)


def test_blocks_overlap_and_contain_new_samples(tmp_path):
    path = sounds.write(tmp_path / "a.wav", sounds.noise(0, 1100, 2))
    whole = read(path)
    with opened(path) as file:
        found = [*blocks(file, 500, 200)]
    for number, first in enumerate((0, 200, 400, 600)):
        np.testing.assert_array_equal(found[number], whole[first:][:500])
    assert len(found) == 4


def test_duration_is_read_from_header_or_counted(tmp_path):
    samples = sounds.noise(0, 40000)
    assert duration_s(sounds.write(tmp_path / "a.flac", samples)) == 2.5
    assert duration_s(sounds.pipe_flac(tmp_path / "b.flac", samples)) == 2.5


def test_flac_of_unknown_length_is_read_completely(tmp_path):
    samples = sounds.noise(0, 40000)
    known = sounds.write(tmp_path / "a.flac", samples)
    unknown = sounds.pipe_flac(tmp_path / "b.flac", samples)
    np.testing.assert_array_equal(read(unknown), read(known))


def test_only_one_block_is_in_memory(tmp_path):
    path = sounds.write(tmp_path / "a.wav", np.zeros(2_000_000))
    tracemalloc.start()
    with opened(path) as file:
        n_samples = sum(map(len, blocks(file, 10_000, 10_000)))
    _, n_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert n_samples == 2_000_000
    assert n_bytes < 1_000_000


def test_invalid_file_name_raises_missing(tmp_path):
    sounds.write(tmp_path / "a", format="WAV")
    refused(tmp_path / "a\0.wav", "missing", "found no such file")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="has no named pipes")
def test_pipe_raises_without_blocking(tmp_path):
    os.mkfifo(tmp_path / "a.wav")
    refused(tmp_path / "a.wav", "unreadable", "a pipe or a device; write it to")


def test_missing_file_raises(tmp_path):
    refused(tmp_path / "a.wav", "missing", "found no such file")


def test_broken_link_raises_missing(tmp_path):
    path = tmp_path / "a.wav"
    path.symlink_to(tmp_path / "nowhere.wav")
    refused(path, "missing", "found no such file")


def test_folder_raises_unreadable(tmp_path):
    refused(tmp_path, "unreadable", "Is a directory")


def test_empty_file_raises_empty(tmp_path):
    path = tmp_path / "a.wav"
    path.touch()
    refused(path, "empty", "found 0 bytes")


@pytest.mark.parametrize("cut", [45, 100, 1000])
def test_truncated_wav_raises_truncated(tmp_path, cut):
    path = sounds.write(tmp_path / "a.wav")
    path.write_bytes(path.read_bytes()[:-cut])
    refused(path, "truncated", f"found {cut} fewer; copy or download it again")


def test_wav_of_unknown_length_is_accepted(tmp_path):
    path = sounds.write(tmp_path / "a.wav")
    whole = path.read_bytes()
    size = struct.pack("<I", 0xFFFFFFFF)
    path.write_bytes(whole[:4] + size + whole[8:40] + size + whole[44:])
    assert len(read(path)) == 800


def test_chunks_before_the_samples_are_skipped(tmp_path):
    path = sounds.write(tmp_path / "a.wav")
    whole = path.read_bytes()
    odd = b"note" + struct.pack("<I", 3) + b"abc\0"
    path.write_bytes(whole[:12] + odd + whole[12:])
    assert len(read(path)) == 800
    path.write_bytes(path.read_bytes()[:-100])
    refused(path, "truncated", "found 100 fewer")


@pytest.mark.parametrize(
    "size", [1600 + 16, 1600 + 44, 0, 0xFFFFFFFF, 0x7FFFFFFF, 800, 801]
)
def test_wav_is_read_completely_for_any_stated_size(tmp_path, size):
    path = sounds.write(tmp_path / "a.wav")
    samples = read(path)
    whole = bytearray(path.read_bytes()[: 44 + 1600])
    whole[40:44] = struct.pack("<I", size)
    whole[4:8] = bytes(4) if size == 0 else whole[4:8]
    path.write_bytes(whole)
    np.testing.assert_array_equal(read(path), samples)
    assert duration_s(path) == 0.05


def test_wav_without_samples_before_other_chunks_raises_empty(tmp_path):
    path = sounds.write(tmp_path / "a.wav", np.zeros((0, 1)))
    with path.open("ab") as file:
        file.write(b"LIST\x04\0\0\0INFO")
    assert duration_s(path) == 0


@pytest.mark.parametrize("tail", sounds.WAV_TAILS)
def test_chunks_after_the_samples_are_not_sound(tmp_path, tail):
    path = sounds.write(tmp_path / "a.wav")
    with path.open("ab") as file:
        file.write(tail)
    assert len(read(path)) == 800


def test_path_of_another_system_says_how_to_write_it(tmp_path):
    refused("C:\\x\\y.wav", "missing", r"found no such file; .* by /: replace")


def test_damaged_header_raises_unreadable(tmp_path):
    path = sounds.write(tmp_path / "a.wav")
    path.write_bytes(path.read_bytes()[:20] + b"\xff" * 400)
    refused(path, "unreadable", "found a damaged file .*download it again")


def test_damaged_flac_raises_unreadable(tmp_path):
    path = sounds.write(tmp_path / "a.flac", sounds.noise(0, 16000))
    path.write_bytes(path.read_bytes()[:9000])
    refused(path, "unreadable", "found a damaged file")


def test_truncated_mp3_raises_truncated(tmp_path):
    path = sounds.write(tmp_path / "a.mp3", sounds.noise(0, 48000))
    path.write_bytes(path.read_bytes()[:9000])
    refused(path, "truncated", "expected 48000 samples as the header states")


def test_complete_mp3_passes(tmp_path):
    path = sounds.write(tmp_path / "a.mp3", sounds.noise(0, 16000))
    assert len(read(path)) == pytest.approx(16000, rel=0.1)


def test_non_text_file_name_is_accepted(tmp_path):
    path = sounds.write(tmp_path / "a.wav")
    assert len(read(path.rename(tmp_path / "\udcff.wav"))) == 800


def test_wrong_audio_suffix_is_accepted(tmp_path):
    path = sounds.write(tmp_path / "a.wav", format="FLAC")
    assert len(read(path)) == 800


@pytest.mark.parametrize(
    "content, match",
    [
        (b"<!DOCTYPE html><html>", "a web page; download it again"),
        (b"\n<html>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
        (b"/annex/objects/SHA256E-s1--2.wav\n", "git annex get"),
        (b"PK\3\4" + bytes(60), "a zip archive; unpack it"),
        (b"\x1f\x8b" + bytes(60), "a gzip archive; unpack it"),
        (
            b"\0\0\0\x20ftypM4A " + bytes(60),
            "MP4 container.*convert it: ffmpeg -i .*a.wav -vn .*converted.wav",
        ),
        (b"just some words", "it starts with b'just som'"),
    ],
)
def test_non_audio_file_raises_with_its_type(tmp_path, content, match):
    path = tmp_path / "a.wav"
    path.write_bytes(content)
    refused(path, "suffix", match)
