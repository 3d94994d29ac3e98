"""What to listen to, as it is named on a command line: files, folders, lists."""

import logging
import os

logger = logging.getLogger(__name__)

LIST = "-"
# What is taken for a recording in a folder; not all of it can be read, and what
# cannot shall be told rather than left out.
SUFFIXES = frozenset(
    {
        *(".wav", ".flac", ".mp3", ".ogg", ".opus", ".aif", ".aiff", ".aifc"),
        *(".au", ".snd", ".caf", ".rf64", ".w64"),  # codespell:ignore caf
        *(".aac", ".amr", ".m4a", ".wma"),
    }
)


def find(paths, listed=()):
    """Name every recording, one after the other.

    Arguments
    ---------
    paths : iterable of str
        Files; folders, whose recordings are found at any depth, by suffix;
        ``"-"`` for what is listed.
    listed : iterable of str
        Lines with a file or a folder each; read as they come.

    Yields
    ------
    str
        Path as given, or below the folder as given. What cannot be looked
        into is named too, for whoever reads it to complain.

    Example
    -------
    >>> folder = getfixture("tmp_path")
    >>> for name in ("b.wav", "a.FLAC", "notes.txt", ".a.wav"):
    ...     (folder / name).touch()
    >>> [os.path.basename(path) for path in find([str(folder), "c.wav"])]
    ['a.FLAC', 'b.wav', 'c.wav']
    >>> list(find(["-"], ["d.wav\\n", "\\n", "e f.wav\\n"]))
    ['d.wav', 'e f.wav']
    """
    for path in paths:
        if path == LIST:
            lines = (line.rstrip("\r\n") for line in listed)
            yield from find(line for line in lines if line not in ("", LIST))
        elif os.path.isdir(path):
            yield from _within(path)
        else:
            yield path


def _within(top):
    """Recordings of a folder in the order of their names, links followed."""
    been, closed, n_found = set(), [], 0
    walk = os.walk(
        top, followlinks=True, onerror=lambda e: closed.append(e.filename)
    )
    for folder, subfolders, names in walk:
        real = os.path.realpath(folder)
        if real in been:  # a link leads back up
            subfolders.clear()
            continue
        been.add(real)
        subfolders[:] = sorted(n for n in subfolders if not n.startswith("."))
        for name in sorted(names):
            if _is_recording(name):
                n_found += 1
                yield os.path.join(folder, name)
    yield from closed
    if not (n_found or closed):
        logger.warning(
            "%s: expected recordings in this folder (%s), found none",
            *(top, " ".join(sorted(SUFFIXES))),
        )


def _is_recording(name):
    suffix = os.path.splitext(name)[1].lower()
    return suffix in SUFFIXES and not name.startswith(".")
