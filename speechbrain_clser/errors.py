"""Own error classes, and which errors are shown as a message alone.

Classes of their own have only those errors that a caller reacts to.
"""

import errno
import shutil
from pathlib import Path

# Errors that a user can cause; a command shows their message and no traceback.
EXPECTED = (ValueError, KeyError, OSError, ImportError)
# Of a disk, or of a user's share of it, on which no space is left.
FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


def message_of(error: BaseException) -> str:
    """Return the message of an error as a command shows it.

    Arguments
    ---------
    error : BaseException
        One word alone, such as the key of a KeyError, gets the class of the
        error before it.

    Returns
    -------
    str
        Never empty.

    Example
    -------
    >>> message_of(ValueError("expected 1, got 2"))
    'expected 1, got 2'
    >>> message_of(KeyError("lr"))
    'KeyError: lr'
    """
    if isinstance(error, OSError) and error.errno in FULL:
        return _full_disk(error.filename)
    # str() of a KeyError has quotes around the message.
    is_key = isinstance(error, KeyError) and error.args
    message = str(error.args[0] if is_key else error).strip()
    if len(message.split()) > 1:
        return message
    return ": ".join(filter(None, [type(error).__name__, message]))


def _full_disk(path):
    """Say which disk is full, how full, and what to do."""
    place = Path(path or ".").absolute()
    while not place.exists():
        place = place.parent
    n_bytes = shutil.disk_usage(place).free
    return (
        f"{path or 'a file'}: no space left to write it, {n_bytes:,} bytes are "
        f"free on the disk of {place}; free some (or raise the quota), then "
        f"type the same command again: it takes up what is done"
    )


class BadAudioError(ValueError):
    """A recording that cannot be used; preparation counts and reports it.

    Arguments
    ---------
    reason : str
        Short and countable, such as ``"empty"`` or ``"truncated"``.
    message : str
        What was expected, what came, where, and what to do.

    Example
    -------
    >>> BadAudioError("empty", "a.wav: expected sound, found 0 samples").reason
    'empty'
    """

    def __init__(self, reason, message):
        super().__init__(reason, message)  # both, or it could not be pickled
        self.reason = reason

    def __str__(self):
        return self.args[1]


class TableError(ValueError):
    """A table of own data that cannot be read whole; names the row."""


class LeakError(ValueError):
    """A split whose parts share what they must not share."""


class AdaptationError(ValueError):
    """An adaptation that cannot be fitted; callers keep unadapted posteriors.

    Arguments
    ---------
    reason : str
        ``"few utterances"``, ``"one class"``, ``"not finite"``, ``"zero
        posteriors"``, ``"absent class"``, ``"few dimensions"``, ``"no
        convergence"`` or ``"few folds"``.
    message : str
        What was expected, what was found, where, and what to do.

    Example
    -------
    >>> AdaptationError("one class", "expected two, found 1").reason
    'one class'
    """

    def __init__(self, reason, message):
        super().__init__(reason, message)  # both, or it could not be pickled
        self.reason = reason

    def __str__(self):
        return self.args[1]
