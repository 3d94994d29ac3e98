"""Define error classes, and the errors shown without traceback.

There are classes only for errors that callers handle.
"""

import errno
import shutil
from pathlib import Path

# Errors that a user can cause; a command shows their message and no traceback.
EXPECTED = (ValueError, KeyError, OSError, ImportError)
# No space left on the disk, or quota exceeded.
FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}


def message_of(error: BaseException) -> str:
    """Return the message of an error as a command shows it.

    Arguments
    ---------
    error : BaseException
        A single word, such as the key of a KeyError, is prefixed with the class
        of the error.

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
    # str() of a KeyError adds quotes to the message.
    is_key = isinstance(error, KeyError) and error.args
    message = str(error.args[0] if is_key else error).strip()
    if len(message.split()) > 1:
        return message
    return ": ".join(filter(None, [type(error).__name__, message]))


def _full_disk(path):
    """Describe a full disk, its free space and what to do."""
    place = Path(path or ".").absolute()
    while not place.exists():
        place = place.parent
    n_bytes = shutil.disk_usage(place).free
    return (
        f"{path or 'a file'}: no space left to write it, {n_bytes:,} bytes are "
        f"free on the disk of {place}; free some (or raise the quota), then "
        f"run the same command again to resume"
    )


class BadAudioError(ValueError):
    """Error for an unusable recording; preparation counts and reports it.

    Arguments
    ---------
    reason : str
        Short and countable, such as ``"empty"`` or ``"truncated"``.
    message : str
        Expected and found values, place, and what to do.

    Example
    -------
    >>> BadAudioError("empty", "a.wav: expected sound, found 0 samples").reason
    'empty'
    """

    def __init__(self, reason, message):
        super().__init__(
            reason, message
        )  # both arguments are needed for pickling
        self.reason = reason

    def __str__(self):
        return self.args[1]


class TableError(ValueError):
    """Error for an invalid table of user data; names the row."""


class LeakError(ValueError):
    """Error for splits with leaks between them."""


class AdaptationError(ValueError):
    """Error for an adaptation that cannot be fitted; posteriors stay unadapted.

    Arguments
    ---------
    reason : str
        ``"few utterances"``, ``"one class"``, ``"not finite"``, ``"zero
        posteriors"``, ``"absent class"``, ``"few dimensions"``, ``"no
        convergence"`` or ``"few folds"``.
    message : str
        Expected and found values, place, and what to do.

    Example
    -------
    >>> AdaptationError("one class", "expected two, found 1").reason
    'one class'
    """

    def __init__(self, reason, message):
        super().__init__(
            reason, message
        )  # both arguments are needed for pickling
        self.reason = reason

    def __str__(self):
        return self.args[1]
