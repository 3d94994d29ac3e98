"""Identify file formats by their first bytes, and build conversion commands."""

import os
import shlex
import subprocess
from pathlib import Path

IS_WINDOWS = os.name == "nt"
# First bytes of files that are not audio, and how to resolve it.
FOREIGN = {
    b"<": "a web page; download it again",
    b"version https://git-lfs": "a Git LFS pointer; run git lfs pull",
    b"/annex/": "a git-annex pointer; run git annex get",
    b"PK\3\4": "a zip archive; unpack it",
    b"\x1f\x8b": "a gzip archive; unpack it",
}
# First bytes of formats that libsndfile reads.
READABLE = (
    *(b"RIFX", b"RF64", b"FORM", b"fLaC", b"OggS", b"ID3", b"caff", b".snd"),
    *(b"riff\x2e\x91\xcf\x11", b"NIST_1A", b"Creative Voice File"),
    *(b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2"),
)
# Offset, first bytes and name of formats that libsndfile does not read.
UNREADABLE = (
    (4, b"ftyp", "an MP4 container (M4A, MP4, MOV, 3GP)"),
    (0, b"\x1a\x45\xdf\xa3", "a WebM or Matroska container"),
    (0, b"#!AMR", "an AMR file"),
    (0, b"ADIF", "an AAC file"),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "a WMA or ASF container"),
    (8, b"AVI ", "an AVI container"),
    (0, b"FLV\x01", "an FLV container"),
)


def container(head) -> str:
    """Name the audio or video format that libsndfile does not read.

    Arguments
    ---------
    head : bytes
        First bytes of the file, 16 or more.

    Returns
    -------
    str
        Name with article; empty if the format is unknown.

    Example
    -------
    >>> container(b"\\x1a\\x45\\xdf\\xa3" + bytes(12))
    'a WebM or Matroska container'
    """
    for place, magic, name in UNREADABLE:
        if head[place:].startswith(magic):
            return name
    # ADTS: 12 bits of synchronisation, then a layer of 0.
    is_adts = head[:1] == b"\xff" and head[1:2] and head[1] & 0xF6 == 0xF0
    return "an AAC file" if is_adts else ""


def is_readable(head) -> bool:
    """Return whether libsndfile reads the format with these first bytes.

    Arguments
    ---------
    head : bytes
        First bytes of the file, 16 or more.

    Returns
    -------
    bool
        A RIFF file counts if it is a WAV file.

    Example
    -------
    >>> is_readable(b"fLaC"), is_readable(b"RIFF____WEBP")
    (True, False)
    """
    is_wav = head[:4] == b"RIFF" and head[8:12] == b"WAVE"
    return is_wav or head.startswith(READABLE)


def conversion(path, *options, ending=".converted.wav") -> str:
    """Return the shell command that converts a file to WAV.

    Example
    -------
    >>> conversion("my call.m4a", "-vn")
    "ffmpeg -i 'my call.m4a' -vn 'my call.converted.wav'"
    """
    path = Path(path)
    command = ["ffmpeg", "-i", str(path), *options]
    command.append(str(path.with_name(path.stem + ending)))
    if IS_WINDOWS:
        return subprocess.list2cmdline(command)
    return shlex.join(command)
