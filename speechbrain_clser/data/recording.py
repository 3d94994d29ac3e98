"""A file of sound: opened if it is one, and read from beginning to end.

All reading goes through soundfile, which judges by content: a file whose suffix
names another format is read all the same, if it is sound at all.
"""

import contextlib
import errno
import os
import struct
from pathlib import Path

import numpy as np
import soundfile

from speechbrain_clser.data.soundness import refuse_rate
from speechbrain_clser.errors import BadAudioError

UNKNOWN = 2**63 - 1  # samples, as libsndfile says it of what came from a pipe
KEPT_PROMISE = 0.99  # MP3 promises only nearly so many samples as it has
BLOCK_SAMPLES = 2**20

# First bytes of what arrives under an audio name, and what to do about it.
FOREIGN = {
    b"<": "a web page; download it again",
    b"version https://git-lfs": "a Git LFS pointer; run git lfs pull",
    b"/annex/": "a git-annex pointer; run git annex get",
    b"PK\3\4": "a zip archive; unpack it",
    b"\x1f\x8b": "a gzip archive; unpack it",
}
SOUND = (b"RIFF", b"RF64", b"FORM", b"fLaC", b"OggS", b"ID3", b"\xff\xfb")


@contextlib.contextmanager
def opened(path):
    """Open a recording, if its beginning says that it is one.

    Arguments
    ---------
    path : str or Path
        Of any format that libsndfile knows.

    Yields
    ------
    soundfile.SoundFile
        To be read on and on, with ``blocks``.

    Raises
    ------
    BadAudioError
        With the reason ``missing``, ``suffix`` (no audio file at all),
        ``unreadable``, ``truncated``, ``rate`` or ``empty``; ``unreadable``
        also where reading goes wrong later.

    Example
    -------
    >>> path = getfixture("tmp_path") / "a.wav"
    >>> soundfile.write(path, np.zeros((80, 2)), 8000)
    >>> with opened(path) as file:
    ...     file.samplerate, file.channels
    (8000, 2)
    """
    path = Path(path)
    head = _head(path)
    try:
        with _Stream(openable(path)) as file:
            refuse_rate(path, file.samplerate)
            yield file
    except soundfile.LibsndfileError as error:
        raise _undecodable(path, head, error) from error


def blocks(file, n_block=BLOCK_SAMPLES, n_hop=BLOCK_SAMPLES):
    """Read what is opened, to its end, however long it says it is.

    Arguments
    ---------
    file : soundfile.SoundFile
        From ``opened``.
    n_block, n_hop : int
        Samples of a block, and from the start of one to that of the next.

    Yields
    ------
    numpy.ndarray, (samples, channels)
        float32; each brings something new. The last one may be shorter.

    Raises
    ------
    BadAudioError
        At the end, with the reason ``truncated``, if the file promised more.

    Example
    -------
    >>> path = getfixture("tmp_path") / "a.wav"
    >>> soundfile.write(path, np.zeros(80), 8000)
    >>> with opened(path) as file:
    ...     [len(samples) for samples in blocks(file, 50, 20)]
    [50, 50, 40]
    """
    n_found, kept = 0, np.empty((0, file.channels), dtype="float32")
    while True:
        n_new = min(n_block - len(kept), file.frames - n_found)
        new = file.read(n_new, dtype="float32", always_2d=True)
        if not len(new):
            break
        n_found += len(new)
        samples = np.concatenate([kept, new])
        yield samples
        kept = samples[n_hop:]
    if file.frames != UNKNOWN and n_found < KEPT_PROMISE * file.frames:
        raise BadAudioError(
            "truncated",
            f"{os.fsdecode(file.name)}: expected {file.frames} samples as the "
            f"header says, found {n_found}; copy or download it again",
        )


def duration_s(path) -> float:
    """Tell how long a recording is, as its header says if it does.

    Arguments
    ---------
    path : str or Path
        As for ``opened``.

    Returns
    -------
    float
        In seconds.

    Raises
    ------
    BadAudioError
        As from ``opened``.

    Example
    -------
    >>> path = getfixture("tmp_path") / "a.wav"
    >>> soundfile.write(path, np.zeros(80), 8000)
    >>> duration_s(path)
    0.01
    """
    with opened(path) as file:
        n_samples = file.frames
        if n_samples == UNKNOWN:
            n_samples = sum(map(len, blocks(file)))
        return n_samples / file.samplerate


def openable(path):
    """Name a file as soundfile opens it, even if the name is no text.

    Arguments
    ---------
    path : str or Path
        Of any file that the system lists.

    Returns
    -------
    str or bytes
        For soundfile.

    Example
    -------
    >>> openable(Path("no text \\udcff.wav"))
    b'no text \\xff.wav'
    """
    return os.fsencode(path) if os.name == "posix" else str(path)


class _Stream(soundfile.SoundFile):
    """A file that is read on and on.

    After each read soundfile seeks to where it is, and a FLAC of unknown length
    lets nobody seek to its end.
    """

    def seekable(self):
        """It need not be."""
        return False


def _head(path):
    """First bytes of a file that is there, and whole if it is a WAV."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            # Who opens a pipe waits for somebody to write into it.
            told = "a pipe or a device; write it to a file"
            raise OSError(errno.EINVAL, told)
        with path.open("rb") as file:
            head = file.read(64)
            missing_bytes = _missing_bytes(file) if _is_wav(head) else 0
    except (FileNotFoundError, ValueError) as error:  # of a NUL in the name
        raise BadAudioError(
            "missing", f"{path}: expected a recording, found no such file"
        ) from error
    except OSError as error:
        raise BadAudioError(
            "unreadable",
            f"{path}: expected a recording, found {error.strerror}",
        ) from error
    if not head:
        raise BadAudioError(
            "empty", f"{path}: expected a recording, found 0 bytes"
        )
    if missing_bytes:
        raise BadAudioError(
            "truncated",
            f"{path}: expected as many bytes as the header says, found "
            f"{missing_bytes} fewer; copy or download it again",
        )
    return head


def _undecodable(path, head, error):
    """What is wrong with a file that soundfile refuses."""
    for start, what in FOREIGN.items():
        if head.lstrip().startswith(start):
            return BadAudioError(
                "suffix", f"{path}: expected audio, found {what}"
            )
    if head.startswith(SOUND):
        return BadAudioError(
            "unreadable",
            f"{path}: expected audio, found a damaged file "
            f"({error.error_string}); copy or download it again",
        )
    return BadAudioError(
        "suffix",
        f"{path}: expected audio as {path.suffix} says, found another kind of "
        f"file (it starts with {head[:8]!r}); convert it to WAV",
    )


def _is_wav(head):
    """Whether these are the first bytes of a WAV file."""
    return head[:4] == b"RIFF" and head[8:12] == b"WAVE"


def _missing_bytes(file):
    """How many bytes a WAV file's header promises beyond the file's end.

    soundfile reads such a file without a word, as far as it goes.
    """
    n_bytes = file.seek(0, 2)
    position = 12
    while position + 8 <= n_bytes:
        file.seek(position)
        name, size = struct.unpack("<4sI", file.read(8))
        position += 8
        if name == b"data":
            # Who writes to a pipe cannot know the size and says 2 or 4 GB.
            is_unknown = size >= 0x7FFFFF00
            return 0 if is_unknown else max(0, position + size - n_bytes)
        position += size + size % 2
    return 0
