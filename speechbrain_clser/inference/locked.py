"""One writer at a time for a file that grows."""

import contextlib
import logging
from pathlib import Path

import filelock

logger = logging.getLogger(__name__)


@contextlib.contextmanager
def locked(path):
    """Keep other processes from writing a file meanwhile.

    Arguments
    ---------
    path : str or Path
        Of the file; its folder is made. ``.<name>.lock`` lies beside it while
        it is written. The lock ends with the process, however that ends.

    Raises
    ------
    ValueError
        If another process writes the file.

    Example
    -------
    >>> path = getfixture("tmp_path") / "a.csv"
    >>> with locked(path), locked(path):
    ...     pass
    Traceback (most recent call last):
    ValueError: ...a.csv: another process writes it; wait until it has ended...
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.lock")
    lock = filelock.FileLock(beside)
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout as error:
        raise ValueError(
            f"{path}: another process writes it; wait until it has ended and "
            "type the command again, or give another file"
        ) from error
    except NotImplementedError:
        logger.warning(
            "%s: its disk knows no locks; let no other process write it", path
        )
    try:
        yield
    finally:
        if lock.is_locked:
            with contextlib.suppress(OSError):  # Windows deletes it on release
                beside.unlink()
        lock.release()
