"""List the audio files given on a command line: files, folders and lists."""

import logging
import os

from speechbrain_clser.data.containers import container, is_readable
from speechbrain_clser.printable import pluralise

logger = logging.getLogger(__name__)

LIST = "-"
HEAD_BYTES = 64
N_EXAMPLES = 5
# Files in a folder with these suffixes are listed as recordings, whatever their
# content; other files are listed if their first bytes are those of audio or
# video. Formats that cannot be read are listed too, so that they are reported.
SUFFIXES = frozenset(
    {
        *(".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".spx", ".sph"),
        *(".aif", ".aiff", ".aifc", ".au", ".snd", ".rf64", ".w64", ".voc"),
        *(".caf", ".aac", ".amr", ".m4a", ".m4b"),  # codespell:ignore caf
        *(".wma", ".ape", ".mka", ".weba", ".webm"),
    }
)


def list_audio_files(paths, listed=(), skipped=None):
    """List audio files.

    Arguments
    ---------
    paths : iterable of str
        Files; folders, which are searched recursively; ``"-"`` for ``listed``.
    listed : iterable of str
        Lines with one file or folder each; read lazily.
    skipped : list, optional
        Non-audio files found in folders are appended, except hidden ones. Their
        number and first names are logged in any case.

    Yields
    ------
    str
        Path as given, or below the folder as given. Folders and files that
        cannot be opened are included; reading them reports the error.

    Example
    -------
    >>> folder = getfixture("tmp_path")
    >>> for name in ("b.wav", "a.FLAC", "notes.txt", ".a.wav"):
    ...     (folder / name).touch()
    >>> [*map(os.path.basename, list_audio_files([str(folder), "c.wav"]))]
    ['a.FLAC', 'b.wav', 'c.wav']
    >>> list(list_audio_files(["-"], ["d.wav\\n", "\\n", "e f.wav\\n"]))
    ['d.wav', 'e f.wav']
    """
    for path in paths:
        if path == LIST:
            lines = (line.rstrip("\r\n") for line in listed)
            lines = (line for line in lines if line not in ("", LIST))
            yield from list_audio_files(lines, skipped=skipped)
        elif os.path.isdir(path):
            passed = []
            yield from _within(path, passed)
            if skipped is not None:
                skipped += passed
        else:
            yield path


def _within(top, skipped):
    """List the recordings of a folder, sorted by name; follow links."""
    visited, closed, n_found = set(), [], 0
    walk = os.walk(
        top, followlinks=True, onerror=lambda e: closed.append(e.filename)
    )
    for folder, subfolders, names in walk:
        real = os.path.realpath(folder)
        if real in visited:  # a link to a parent folder
            subfolders.clear()
            continue
        visited.add(real)
        subfolders[:] = sorted(n for n in subfolders if not n.startswith("."))
        for name in sorted(names):
            path = os.path.join(folder, name)
            if name.startswith("."):
                continue
            if _is_recording(path):
                n_found += 1
                yield path
            else:
                skipped.append(path)
    yield from closed
    if skipped:
        names = [os.path.relpath(path, top) for path in skipped[:N_EXAMPLES]]
        logger.warning(
            "%s: skipped %s that %s not audio: %s%s",
            *(top, pluralise(len(skipped), "file")),
            "is" if len(skipped) == 1 else "are",
            ", ".join(names),
            ", ..." if len(skipped) > N_EXAMPLES else "",
        )
    if not (n_found or closed):
        logger.warning(
            "%s: expected recordings in this folder (%s), found none",
            *(top, " ".join(sorted(SUFFIXES))),
        )


def _is_recording(path):
    """Detect an audio file by its suffix or its first bytes."""
    if os.path.splitext(path)[1].lower() in SUFFIXES:
        return True
    if not os.path.isfile(path):  # opening a pipe would block
        return False
    try:
        with open(path, "rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError:
        return True  # reading the file reports the error
    return is_readable(head) or container(head) != ""
