import shlex

import pytest

from speechbrain_clser.data.containers import (
    container,
    conversion,
    is_readable,
)


@pytest.mark.parametrize(
    "head, name",
    [
        (b"\0\0\0\x1cftypM4A ", "an MP4 container"),
        (b"\x1a\x45\xdf\xa3\x9fB\x86", "a WebM or Matroska container"),
        (b"\xff\xf1\x50\x80", "an AAC file"),
        (b"\xff\xf9\x50\x80", "an AAC file"),
        (b"#!AMR\n", "an AMR file"),
        (b"RIFF\0\0\0\0AVI LIST", "an AVI container"),
    ],
)
def test_container_is_detected_by_first_bytes(head, name):
    assert container(head + bytes(16)).startswith(name)
    assert not is_readable(head + bytes(16))


@pytest.mark.parametrize(
    "head", [b"\xff\xfb\x90\x64", b"RIFF\0\0\0\0WAVE", b"OggS", b"words", b""]
)
def test_readable_audio_and_text_are_not_containers(head):
    assert container(head) == ""


def test_command_quotes_special_names_and_does_not_overwrite():
    command = conversion("it's/a b.wav", "-vn")
    assert shlex.split(command) == [
        *("ffmpeg", "-i", "it's/a b.wav", "-vn", "it's/a b.converted.wav")
    ]


def test_command_is_quoted_for_windows(monkeypatch):
    monkeypatch.setattr("speechbrain_clser.data.containers.IS_WINDOWS", True)
    assert conversion("a b.m4a") == 'ffmpeg -i "a b.m4a" "a b.converted.wav"'
