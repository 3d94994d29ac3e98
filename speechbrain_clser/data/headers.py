"""Compare the data size in audio headers with the size of the file.

libsndfile reads a truncated file up to its end without an error.
"""

import dataclasses
import io
import os
import struct

from speechbrain_clser.data.containers import conversion
from speechbrain_clser.errors import BadAudioError

SLACK_BYTES = 512  # WAV: some writers count the header as samples
# Writers to a pipe do not know the size and store 2 or 4 GB, -1, or 0.
UNKNOWN_BYTES = range(0x7FFFFF00, 2**32)
# First bytes of chunks and tags after the samples of WAV, also of cut ones.
NOT_SAMPLES = (
    *(b"LIST", b"id3 ", b"ID3", b"TAG", b"bext", b"iXML", b"axml", b"_PMX"),
    *(b"fact", b"cue ", b"smpl", b"inst", b"PEAK", b"JUNK", b"junk", b"PAD "),
)
OGG_PAGE_BYTES = 27 + 255 + 255 * 255
END_OF_STREAM = 4  # flag of an OGG page


@dataclasses.dataclass(frozen=True)
class Layout:
    """Chunk layout of a file format.

    Arguments
    ---------
    first : int
        Offset of the first chunk.
    form : str
        ``struct`` format of chunk name and size.
    align : int
        Alignment of chunks in bytes.
    samples : bytes
        Name of the chunk with the samples.
    n_counted : int
        Bytes of the chunk header that the chunk size includes.
    """

    first: int
    form: str
    align: int
    samples: bytes
    n_counted: int = 0


LAYOUTS = {
    (b"RIFF", b"WAVE"): Layout(12, "<4sI", 2, b"data"),
    (b"RIFX", b"WAVE"): Layout(12, ">4sI", 2, b"data"),
    (b"RF64", b"WAVE"): Layout(12, "<4sI", 2, b"data"),
    (b"FORM", b"AIFF"): Layout(12, ">4sI", 2, b"SSND"),
    (b"FORM", b"AIFC"): Layout(12, ">4sI", 2, b"SSND"),
}
W64 = Layout(40, "<4s12xq", 8, b"data", 24)
APPLE = Layout(8, ">4sq", 1, b"data")


@dataclasses.dataclass(frozen=True)
class Samples:
    """Position and size of the samples according to the header.

    Arguments
    ---------
    start : int
        Offset of the first byte.
    n_bytes : int
        Size in the header; -1 if the header marks it as unknown.
    size_at : int
        Offset of the size field in a WAV file.
    """

    start: int
    n_bytes: int
    size_at: int = 0


def refuse_truncated(path, file, head):
    """Raise an error if a file is shorter than its header or last page states.

    A WAV file may miss as many bytes as its header has, at most 512, because
    some recorders count the header as samples.

    Arguments
    ---------
    path : Path
        Named in the message.
    file : file
        Binary, seekable.
    head : bytes
        First 16 bytes or more.

    Raises
    ------
    BadAudioError
        With the reason ``truncated``.

    Example
    -------
    >>> head = b".snd" + struct.pack(">II", 24, 1000) + bytes(12)
    >>> refuse_truncated("a.au", io.BytesIO(head + bytes(90)), head)
    Traceback (most recent call last):
    ...
    speechbrain_clser.errors.BadAudioError: a.au: expected as many bytes as ...
    """
    if head.startswith(b"OggS"):
        _refuse_open_stream(path, file)
    samples = _samples(file, head)
    if samples is None or samples.n_bytes < 0:
        return
    n_missing = samples.start + samples.n_bytes - file.seek(0, os.SEEK_END)
    slack = min(samples.start, SLACK_BYTES) if head[:3] == b"RIF" else 0
    if n_missing > slack:
        raise BadAudioError(
            "truncated",
            f"{path}: expected as many bytes as the header states, found "
            f"{n_missing} fewer; copy or download it again",
        )


def streamed(file, head):
    """Find samples of a WAV file whose header states none, or too few.

    A recorder that streams states none; one that was interrupted states as many
    as it had when it last wrote the header.

    Arguments
    ---------
    file, head
        As for ``refuse_truncated``.

    Returns
    -------
    Samples or None
        With the size that they have, to the end of the file. None where the
        stated size is right, or other chunks, or 512 bytes at most, follow.

    Example
    -------
    >>> head = b"RIFF\\0\\0\\0\\0WAVEdata\\0\\0\\0\\0"
    >>> streamed(io.BytesIO(head + bytes(90)), head)
    Samples(start=20, n_bytes=90, size_at=16)
    """
    if not (head[:4] == b"RIFF" and head[8:12] == b"WAVE"):
        return None
    found = _samples(file, head)
    if found is None or found.n_bytes < 0:
        return None
    n_file, end = file.seek(0, os.SEEK_END), found.start + found.n_bytes
    if n_file - end <= (SLACK_BYTES if found.n_bytes else 0):
        return None
    # Some writers leave out the padding of an odd size.
    if any(_are_chunks(file, at, n_file) for at in (end, end + end % 2)):
        return None
    return dataclasses.replace(found, n_bytes=n_file - found.start)


class Restated(io.FileIO):
    """A WAV file read with a corrected data size.

    Arguments
    ---------
    path : str or bytes
        File to read; it is not changed.
    samples : Samples
        Output of ``streamed``.
    """

    def __init__(self, path, samples):
        super().__init__(path)
        self._place = samples.size_at
        self._size = struct.pack("<I", min(samples.n_bytes, 0xFFFFFFFF))

    def readinto(self, buffer):
        """Read bytes with the size field replaced."""
        start = self.tell()
        n_read = super().readinto(buffer)
        view = memoryview(buffer).cast("B")
        for place, value in enumerate(self._size, self._place - start):
            if 0 <= place < n_read:
                view[place] = value
        return n_read


def _samples(file, head):
    """Locate the samples; None for another format or without samples."""
    if head.startswith((b".snd", b"dns.")) and len(head) >= 12:
        order = ">" if head.startswith(b".snd") else "<"
        start, n_bytes = struct.unpack(f"{order}II", head[4:12])
        return Samples(start, -1 if n_bytes in UNKNOWN_BYTES else n_bytes)
    layout = LAYOUTS.get((head[:4], head[8:12]))
    if head.startswith(b"riff") and head[24:28] == b"wave":
        layout = W64
    if head.startswith(b"caff"):
        layout = APPLE
    return layout and _chunk(file, layout)


def _chunk(file, layout):
    """Locate the chunk of the samples; None if there is none."""
    n_file = file.seek(0, os.SEEK_END)
    n_head, position, long = struct.calcsize(layout.form), layout.first, None
    while position + n_head <= n_file:
        file.seek(position)
        name, size = struct.unpack(layout.form, file.read(n_head))
        position += n_head
        size -= layout.n_counted
        if name == b"ds64":  # RF64: 64-bit sizes
            long = struct.unpack("<8xQ", file.read(16).ljust(16, b"\0"))[0]
        if name == layout.samples:
            if long is not None and size == 0xFFFFFFFF:
                size = long
            elif size in UNKNOWN_BYTES and n_head == 8:
                size = -1
            return Samples(position, max(size, -1), position - 4)
        position += max(size, 0) + -size % layout.align
    return None


def _are_chunks(file, position, n_file):
    """Whether chunks follow: a known one, or whole ones to the end of the file."""
    file.seek(position)
    if file.read(4).startswith(NOT_SAMPLES):
        return True
    while position + 8 <= n_file:
        file.seek(position)
        name, size = struct.unpack("<4sI", file.read(8))
        if not (name.isascii() and name.decode().isprintable()):
            return False
        position += 8 + size + size % 2
    return position in (n_file, n_file + 1)


def _refuse_open_stream(path, file):
    """Raise an error if the last OGG page is truncated or not marked as last."""
    n_file = file.seek(0, os.SEEK_END)
    file.seek(max(0, n_file - 2 * OGG_PAGE_BYTES))
    tail = file.read()
    start = tail.rfind(b"OggS")
    page = tail[start:]
    n_segments = page[26] if len(page) > 26 else 255
    n_page = 27 + n_segments + sum(page[27 : 27 + n_segments])
    if start >= 0 and len(page) >= n_page and page[5] & END_OF_STREAM:
        return
    whole = "-c copy".split()
    raise BadAudioError(
        "truncated",
        f"{path}: expected a last page that ends the OGG stream, found none; "
        "copy or download it again, or, if the recorder was interrupted, "
        f"rewrite it: {conversion(path, *whole, ending='.whole.ogg')}",
    )
