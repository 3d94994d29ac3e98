"""Open audio files, validate their headers and read them in blocks.

Files are read with soundfile, which detects the format by content: a wrong suffix
does not matter. Containers that it does not read, such as M4A and WebM, are decoded
with ffmpeg where it is installed.
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
from speechbrain_clser.data.decoding import decoded, has_decoder
from speechbrain_clser.data.headers import (
    Restated,
    refuse_truncated,
    streamed,
)
from speechbrain_clser.data.soundness import refuse_rate
from speechbrain_clser.errors import BadAudioError

UNKNOWN = 2**63 - 1  # samples; value of libsndfile for piped files
KEPT_PROMISE = 0.99  # the sample count of MP3 headers is approximate
BLOCK_VALUES = 2**20  # over all channels
MOST_VALUES = 48_000_000  # 8 channels of 48 kHz for 125 s; needs 400 MB


@contextlib.contextmanager
def opened(path):
    """Open a recording after checking its header.

    Arguments
    ---------
    path : str or Path
        Audio file in a format that libsndfile supports, or ffmpeg where it is
        installed.

    Yields
    ------
    soundfile.SoundFile
        To be read sequentially with ``blocks``.

    Raises
    ------
    BadAudioError
        With the reason ``missing``, ``suffix`` (no audio file at all),
        ``unreadable``, ``truncated``, ``rate`` or ``empty``; ``unreadable``
        also if reading fails later.

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
            source, kind = openable(path), container(head)
            if kind and has_decoder():
                source = openable(stack.enter_context(decoded(path, kind)))
            elif stream is not None:
                source = stack.enter_context(Restated(source, stream))
            file = stack.enter_context(_Stream(source))
            refuse_rate(path, file.samplerate)
            yield file
    except soundfile.LibsndfileError as error:
        raise _undecodable(path, head, error) from error


def blocks(file, n_block=None, n_hop=None):
    """Read an opened file to its end, independent of the stated length.

    Arguments
    ---------
    file : soundfile.SoundFile
        From ``opened``.
    n_block, n_hop : int, optional
        Block length and hop in samples; by default consecutive blocks of 4 MB.

    Yields
    ------
    numpy.ndarray, (samples, channels)
        float32; each contains new samples. The last block may be shorter.

    Raises
    ------
    BadAudioError
        At the end, with the reason ``truncated``, if the header states more
        samples.

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
            f"header states, found {n_found}; copy or download it again",
        )


def limited_blocks(file, path):
    """Read an opened file as ``blocks`` does, with a limit on its size.

    Arguments
    ---------
    file : soundfile.SoundFile
        From ``opened``.
    path : str or Path
        Named in messages.

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
    """Raise an error for a recording that would take too much memory.

    Arguments
    ---------
    path : str or Path
        Named in the message.
    n_samples, n_channels : int
        Size of the decoded audio.

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
    """Return the duration of a recording, from its header if available.

    Arguments
    ---------
    path : str or Path
        As for ``opened``.

    Returns
    -------
    float
        Seconds.

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


def n_channels(path) -> int:
    """Return the number of channels of a recording.

    Arguments
    ---------
    path : str or Path
        As for ``opened``.

    Raises
    ------
    BadAudioError
        As from ``opened``.

    Example
    -------
    >>> path = getfixture("tmp_path") / "a.wav"
    >>> soundfile.write(path, np.zeros((80, 2)), 8000)
    >>> n_channels(path)
    2
    """
    with opened(path) as file:
        return file.channels


def openable(path):
    """Return a file name that soundfile can open, even if it is not valid text.

    Arguments
    ---------
    path : str or Path
        Path of any file.

    Returns
    -------
    str or bytes
        Argument of soundfile.

    Example
    -------
    >>> openable(Path("no text \\udcff.wav"))
    b'no text \\xff.wav'
    """
    return os.fsencode(path) if os.name == "posix" else str(path)


class _Stream(soundfile.SoundFile):
    """A sound file that is only read sequentially.

    soundfile seeks to the current position after each read, which fails for FLAC
    files of unknown length.
    """

    def seekable(self):
        """Return False, so that soundfile does not seek."""
        return False


def _inspected(path):
    """Check that a file exists and is complete; return its head and its samples."""
    try:
        if path.exists() and not (path.is_file() or path.is_dir()):
            # Opening a pipe blocks until another process writes to it.
            reason = "a pipe or a device; write it to a file"
            raise OSError(errno.EINVAL, reason)
        with path.open("rb") as file:
            head = file.read(64)
            refuse_truncated(path, file, head)
            stream = streamed(file, head)
    except BadAudioError:
        raise
    except (FileNotFoundError, ValueError) as error:  # a NUL in the name
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
    """Return a hint for paths with the separators of another system."""
    if os.name == "nt" or "\\" not in str(path):
        return ""
    return "; this system separates folders by /: replace each \\"


def _undecodable(path, head, error):
    """Build the error for a file that soundfile cannot open."""
    for start, what in FOREIGN.items():
        if head.lstrip().startswith(start):
            return BadAudioError(
                "suffix", f"{path}: expected audio, found {what}"
            )
    if name := container(head):
        return BadAudioError(
            "suffix",
            f"{path}: expected a format that libsndfile reads (WAV, FLAC, OGG, "
            f"MP3, AIFF, ...), found {name}; install ffmpeg, and it is decoded, "
            f"or convert it: {conversion(path, '-vn')}",
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
