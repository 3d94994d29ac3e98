"""What to listen to, as it is named on a command line: files, folders, lists."""

import logging
import os

from speechbrain_clser.data.containers import container, is_readable
from speechbrain_clser.evaluation.formatting import pluralise

logger = logging.getLogger(__name__)

LIST = "-"
HEAD_BYTES = 64
N_EXAMPLES = 5
# What is taken for a recording in a folder, whatever is in it; others are if
# their first bytes are those of audio or video. Not all of it can be read, and
# what cannot shall be told rather than left out.
SUFFIXES = frozenset(
    {
        *(".wav", ".flac", ".mp3", ".ogg", ".oga", ".opus", ".spx", ".sph"),
        *(".aif", ".aiff", ".aifc", ".au", ".snd", ".rf64", ".w64", ".voc"),
        *(".caf", ".aac", ".amr", ".m4a", ".m4b"),  # codespell:ignore caf
        *(".wma", ".ape", ".mka", ".weba", ".webm"),
    }
)


def list_audio_files(paths, listed=(), skipped=None):
    """Name every recording, one after the other.

    Arguments
    ---------
    paths : iterable of str
        Files; folders, whose recordings are found at any depth, by suffix;
        ``"-"`` for what is listed.
    listed : iterable of str
        Lines with a file or a folder each; read as they come.
    skipped : list, optional
        Files of folders that are no audio are added, but for hidden ones. They
        are logged in any case, with their number and the first names.

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
            "%s: skipped %s that %s no audio: %s%s",
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
    """Whether the suffix says so, or the first bytes of a file do."""
    if os.path.splitext(path)[1].lower() in SUFFIXES:
        return True
    if not os.path.isfile(path):  # a pipe would be waited for
        return False
    try:
        with open(path, "rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError:
        return True  # whoever reads it says what is the matter
    return is_readable(head) or container(head) != ""
