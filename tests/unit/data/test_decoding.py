import stat

import pytest
from helpers import sounds

from speechbrain_clser.data import decoding
from speechbrain_clser.data.audio import load_usable
from speechbrain_clser.data.recording import duration_s
from speechbrain_clser.errors import BadAudioError

M4A = b"\0\0\0\x20ftypM4A " + bytes(60)


@pytest.fixture
def ffmpeg(tmp_path, monkeypatch):
    """Put a program in place of ffmpeg that writes a given WAV file, or fails."""

    def install(body):
        path = tmp_path / "bin" / "ffmpeg"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(path.stat().st_mode | stat.S_IEXEC)
        monkeypatch.setenv("PATH", f"{path.parent}:/bin:/usr/bin")

    return install


def write_m4a(folder):
    path = folder / "my call: 1.m4a"
    path.write_bytes(M4A)
    return path


def test_container_is_decoded_by_ffmpeg(tmp_path, ffmpeg):
    wav = sounds.write(tmp_path / "a.wav", sounds.voice(16000))
    log = tmp_path / "log"
    ffmpeg(f'echo "$@" > {log}; for out in "$@"; do :; done; cp {wav} "$out"')
    path = write_m4a(tmp_path)
    assert duration_s(path) == 1.0
    found, notes = load_usable(path)
    expected, _ = load_usable(wav)
    assert found.equal(expected)
    command = log.read_text()
    assert f"-protocol_whitelist file -i file:{path} -map 0:a:0" in command
    assert not (tmp_path / command.split()[-1]).exists()  # deleted


@pytest.mark.parametrize(
    "body, found",
    [
        ("echo 'moov atom not found' >&2; exit 1", r"\(moov atom not found\)"),
        ("exit 0", r"\(no message\)"),
    ],
)
def test_failure_of_ffmpeg_is_an_error_of_the_file(
    tmp_path, ffmpeg, body, found
):
    ffmpeg(body)
    with pytest.raises(BadAudioError, match=found) as caught:
        duration_s(write_m4a(tmp_path))
    assert caught.value.reason == "unreadable"
    assert "an MP4 container" in str(caught.value)


def test_endless_decoding_is_stopped(tmp_path, ffmpeg, monkeypatch):
    ffmpeg("exec sleep 5")
    monkeypatch.setattr(decoding, "LONGEST_S", 0.1)
    with pytest.raises(BadAudioError, match="no end within an hour"):
        duration_s(write_m4a(tmp_path))


def test_command_is_named_without_ffmpeg(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BadAudioError, match="install ffmpeg.*or convert it: f"):
        duration_s(write_m4a(tmp_path))
