"""A file of sound: opened if it is one, and read from beginning to end.

All reading goes through soundfile, which judges by content: a file whose suffix
names another format is read all the same, if it is sound at all.
"""

import contextlib
import errno
import os
from pathlib import Path

import numpy as np
import soundfile

from speechbrain_clser.data.containers import (
    FOREIGN,
    container,
    conversion,
    is_readable,
)
from speechbrain_clser.data.headers import (
    Restated,
    refuse_truncated,
    streamed,
)
from speechbrain_clser.data.soundness import refuse_rate
from speechbrain_clser.errors import BadAudioError

UNKNOWN = 2**63 - 1  # samples, as libsndfile says it of what came from a pipe
KEPT_PROMISE = 0.99  # MP3 promises only nearly so many samples as it has
BLOCK_VALUES = 2**20  # of all channels
MOST_VALUES = 48_000_000  # 8 channels of 48 kHz for 125 s; 400 MB at work


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
    head, stream = _inspected(path)
    try:
        with contextlib.ExitStack() as stack:
            source = openable(path)
            if stream is not None:
                source = stack.enter_context(Restated(source, stream))
            file = stack.enter_context(_Stream(source))
            refuse_rate(path, file.samplerate)
            yield file
    except soundfile.LibsndfileError as error:
        raise _undecodable(path, head, error) from error


def blocks(file, n_block=None, n_hop=None):
    """Read what is opened, to its end, however long it says it is.

    Arguments
    ---------
    file : soundfile.SoundFile
        From ``opened``.
    n_block, n_hop : int, optional
        Samples of a block, and from the start of one to that of the next; by
        default one after the other, each of 4 MB.

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
    n_block = n_block or max(BLOCK_VALUES // file.channels, 1)
    n_hop = n_hop or n_block
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


def limited_blocks(file, path):
    """Read what is opened to its end, as ``blocks``, if all can be held.

    Arguments
    ---------
    file : soundfile.SoundFile
        From ``opened``.
    path : str or Path
        For messages.

    Yields
    ------
    numpy.ndarray, (samples, channels)
        float32.

    Raises
    ------
    BadAudioError
        As from ``blocks``, and with the reason ``large``.
    """
    if file.frames != UNKNOWN:
        refuse_large(path, file.frames, file.channels)
    n_samples = 0
    for samples in blocks(file):
        n_samples += len(samples)
        refuse_large(path, n_samples, file.channels)
        yield samples


def refuse_large(path, n_samples, n_channels):
    """Refuse what would take too much memory, before it is decoded.

    Arguments
    ---------
    path : str or Path
        For the message.
    n_samples, n_channels : int
        Of what is held at once.

    Raises
    ------
    BadAudioError
        With the reason ``large``.

    Example
    -------
    >>> refuse_large("a.flac", 2**26, 8)
    Traceback (most recent call last):
    ...
    speechbrain_clser.errors.BadAudioError: a.flac: expected at most 48,000,000 ...
    """
    if n_samples * n_channels > MOST_VALUES:
        command = conversion(path, "-ar", "16000")
        raise BadAudioError(
            "large",
            f"{path}: expected at most {MOST_VALUES:,} samples of all channels "
            f"together, found {n_samples:,} of {n_channels:,} channels; cut "
            f"it, take fewer channels or a lower rate: {command}",
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


def _inspected(path):
    """First bytes of a file that is there and whole, and samples of a stream."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            # Who opens a pipe waits for somebody to write into it.
            reason = "a pipe or a device; write it to a file"
            raise OSError(errno.EINVAL, reason)
        with path.open("rb") as file:
            head = file.read(64)
            refuse_truncated(path, file, head)
            stream = streamed(file, head)
    except BadAudioError:
        raise
    except (FileNotFoundError, ValueError) as error:  # of a NUL in the name
        raise BadAudioError(
            "missing",
            f"{path}: expected a recording, found no such file"
            f"{_on_separators(path)}",
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
    return head, stream


def _on_separators(path):
    """What to do about a path of another system."""
    if os.name == "nt" or "\\" not in str(path):
        return ""
    return "; on this system folders are separated by /: replace each \\"


def _undecodable(path, head, error):
    """What is wrong with a file that soundfile refuses."""
    for start, what in FOREIGN.items():
        if head.lstrip().startswith(start):
            return BadAudioError(
                "suffix", f"{path}: expected audio, found {what}"
            )
    if name := container(head):
        return BadAudioError(
            "suffix",
            f"{path}: expected a format that libsndfile reads (WAV, FLAC, OGG, "
            f"MP3, AIFF, ...), found {name}; "
            f"convert it: {conversion(path, '-vn')}",
        )
    if is_readable(head):
        return BadAudioError(
            "unreadable",
            f"{path}: expected audio, found a damaged file or an unknown codec "
            f"({error.error_string}); copy or download it again, or convert "
            f"it: {conversion(path, '-vn')}",
        )
    return BadAudioError(
        "suffix",
        f"{path}: expected audio, found another kind of file (it starts with "
        f"{head[:8]!r}); if it is audio, convert it: {conversion(path, '-vn')}",
    )
