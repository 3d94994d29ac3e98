"""Lock a file so that only one process writes it."""

import contextlib
import logging
from pathlib import Path

import filelock

logger = logging.getLogger(__name__)


@contextlib.contextmanager
def locked(path):
    """Hold the write lock of a file.

    Arguments
    ---------
    path : str or Path
        File to lock; its folder is created. The lock file ``.<name>.lock`` is
        in the same folder. The lock is released when the process ends.

    Example
    -------
    >>> path = getfixture("tmp_path") / "a.csv"
    >>> with locked(path), locked(path):
    ...     pass
    Traceback (most recent call last):
    ValueError: ...a.csv: another process is writing this file; wait until ...
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.lock")
    lock = filelock.FileLock(beside)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout as error:
        raise ValueError(
            f"{path}: another process is writing this file; wait until it has "
            "ended and run the command again, or give another file"
        ) from error
    except NotImplementedError:
        logger.warning(
            "%s: the file system does not support locks; let no other process "
            "write this file",
            path,
        )
    try:
        yield
    finally:
        if lock.is_locked:
            with contextlib.suppress(OSError):  # Windows deletes it on release
                beside.unlink()
        lock.release()
