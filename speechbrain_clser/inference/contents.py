"""Classify the content of files: bytes and open files."""

import contextlib
import os
import tempfile
from pathlib import Path

from speechbrain_clser.errors import BadAudioError

CONTENT = (bytes, bytearray, memoryview)


def names_of(files) -> list:
    """Name recordings: paths as text, open files by name, bytes by position.

    Arguments
    ---------
    files : iterable
        Paths, open binary files or bytes; a single one is accepted.

    Returns
    -------
    list of (object, str)
        Each recording and its name.

    Raises
    ------
    TypeError
        For anything else.

    Example
    -------
    >>> [name for _, name in names_of(["a.wav", Path("b.wav"), b"RIFF"])]
    ['a.wav', 'b.wav', 'bytes']
    """
    if isinstance(files, (str, os.PathLike, *CONTENT)) or _is_open(files):
        files = [files]  # a single one, not a sequence of characters
    return [(file, _name(file)) for file in files]


def _is_open(file):
    return callable(getattr(file, "read", None))


def _name(file):
    if isinstance(file, (str, os.PathLike)):
        return os.fsdecode(file)
    if isinstance(file, CONTENT):
        return "bytes"
    if _is_open(file):
        name = getattr(file, "name", None)
        return name if isinstance(name, str) else "open file"
    raise TypeError(
        "expected a path, an open binary file or bytes of a file, got "
        f"{type(file).__name__}; for a signal in memory, call classify_signal"
    )


@contextlib.contextmanager
def as_paths(files):
    """Write contents to temporary files, so that they are checked as files are.

    Arguments
    ---------
    files : iterable
        As for ``names_of``.

    Yields
    ------
    paths : list of str
        Paths to read.
    names : dict
        Path of a temporary file to the name of the recording.

    Raises
    ------
    TypeError
        For anything else, such as a file opened as text.
    """
    with contextlib.ExitStack() as stack:
        paths, names, folder = [], {}, None
        for number, (file, name) in enumerate(names_of(files)):
            if isinstance(file, (str, os.PathLike)):
                paths.append(name)
                continue
            content = file.read() if _is_open(file) else file
            if not isinstance(content, CONTENT):
                raise TypeError(
                    f"{name}: expected bytes, found {type(content).__name__}; "
                    'open the file with "rb"'
                )
            if folder is None:
                folder = stack.enter_context(
                    tempfile.TemporaryDirectory(prefix="clser_")
                )
            path = Path(folder, str(number))
            path.write_bytes(content)
            names[str(path)] = name
            paths.append(str(path))
        yield paths, names


def renamed(error, names):
    """Replace temporary paths in the message of a BadAudioError.

    Example
    -------
    >>> error = BadAudioError("empty", "/tmp/0: expected audio")
    >>> str(renamed(error, {"/tmp/0": "call.wav"}))
    'call.wav: expected audio'
    """
    message = str(error)
    for path, name in names.items():
        message = message.replace(path, name)
    return BadAudioError(error.reason, message)
