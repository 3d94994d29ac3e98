"""Write files atomically and read JSON with clear errors."""

import contextlib
import csv
import errno
import io
import json
import logging
import os
import time
import uuid
from pathlib import Path

logger = logging.getLogger(__name__)

PARTIAL = ".partial"
WRITING_S = 3600  # younger partial files may still be in use
# torch.save to a path does not report the cause of a write error.
OF_TORCH = ("inline_container", "PytorchStreamWriter")


def atomic_write(path, data):
    """Write a file atomically.

    A file with the same content is not rewritten.

    Arguments
    ---------
    path : str or Path
        Replaced if it exists; its folder must exist. An interruption may leave a
        ``.partial`` file next to it, see ``remove_stale``.
    data : bytes or str
        Content; text is encoded as UTF-8.

    Raises
    ------
    OSError
        If the file cannot be written; the existing file is unchanged, and
        ``filename`` names the file.

    Example
    -------
    >>> path = getfixture("tmp_path") / "a.txt"
    >>> atomic_write(path, "whole")
    >>> path.read_bytes()
    b'whole'
    """
    path = Path(path)
    data = data.encode() if isinstance(data, str) else data
    if _holds(path, data):
        return
    partial = path.with_name(f"{path.name}.{uuid.uuid4().hex}{PARTIAL}")
    try:
        with naming(path):
            with open(partial, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(partial, path)
    finally:
        partial.unlink(missing_ok=True)  # frees space on a full disk


@contextlib.contextmanager
def naming(path):
    """Add the file name to disk errors, such as a full disk.

    Arguments
    ---------
    path : str or Path
        File or folder written in the context.

    Raises
    ------
    OSError
        With ``filename``; also replaces the error that ``torch.save`` raises if
        the disk is full.

    Example
    -------
    >>> with naming("run/a.csv"):
    ...     raise OSError(errno.ENOSPC, "No space left on device")
    Traceback (most recent call last):
    OSError: [Errno 28] No space left on device: 'run/a.csv'
    """
    try:
        yield
    except OSError as error:
        if error.errno and error.filename is None:
            error.filename = str(path)
        raise
    except RuntimeError as error:
        if not any(word in str(error) for word in OF_TORCH):
            raise
        raise OSError(errno.ENOSPC, str(error), str(path)) from error


def read_json(path, advice, kind=object):
    """Read a JSON file; raise an error with advice if it is damaged.

    Arguments
    ---------
    path : str or Path
        JSON file.
    advice : str
        What to do if the file is damaged.
    kind : type
        Expected type, such as ``dict``.

    Returns
    -------
    object
        Parsed JSON.

    Raises
    ------
    ValueError
        If the file is not JSON or has another type.

    Example
    -------
    >>> path = getfixture("tmp_path") / "a.json"
    >>> path.write_text("")
    0
    >>> read_json(path, "delete it")
    Traceback (most recent call last):
    ValueError: ...a.json: expected JSON, found a damaged file of 0 bytes; delete it
    """
    data = Path(path).read_bytes()
    try:
        found = json.loads(data)
        if not isinstance(found, kind):
            raise ValueError(f"found a {type(found).__name__}")
        return found
    except ValueError as error:
        raise ValueError(
            f"{path}: expected JSON, found a damaged file of {len(data)} "
            f"bytes; {advice}"
        ) from error


def read_table(path, advice) -> tuple:
    """Read a CSV file; give advice if it is damaged.

    Arguments
    ---------
    path : str or Path
        Of a file that the package has written: UTF-8, a header, and a line end
        after every row.
    advice : str
        What to do if it is damaged.

    Returns
    -------
    header : list of str
        Empty for an empty file.
    rows : list of list of str
        With as many cells as the header.

    Raises
    ------
    ValueError
        If it is no CSV, a row has another number of cells, or the file ends
        within a row.

    Example
    -------
    >>> path = getfixture("tmp_path") / "a.csv"
    >>> _ = path.write_text("id,part\\nx,train\\ny,va")
    >>> read_table(path, "delete it")
    Traceback (most recent call last):
    ValueError: ...a.csv: expected a line end after the last row, found a file ...
    """
    path = Path(path)
    try:
        text = path.read_bytes().decode()
        lines = [*csv.reader(io.StringIO(text, newline=""), strict=True)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(
            f"{path}: expected a table in CSV, found a damaged one ({error}); "
            f"{advice}"
        ) from error
    for number, line in enumerate(lines, start=1):
        if len(line) != len(lines[0]):
            raise ValueError(
                f"{path}: expected {len(lines[0])} cells in every row, found "
                f"{len(line)} in line {number}; {advice}"
            )
    if lines and not text.endswith("\n"):
        raise ValueError(
            f"{path}: expected a line end after the last row, found a file "
            f"that is cut in line {len(lines)}; {advice}"
        )
    return (lines[0], lines[1:]) if lines else ([], [])


def write_table(path, header, rows):
    """Write a CSV file that ``read_table`` reads, atomically.

    Arguments
    ---------
    path : str or Path
        Its folder is created.
    header : list of str
        Names of the columns.
    rows : list of list of str
        With as many cells as the header.

    Example
    -------
    >>> path = getfixture("tmp_path") / "of" / "a.csv"
    >>> write_table(path, ["id", "part"], [["x", "a, b"]])
    >>> read_table(path, "delete it")
    (['id', 'part'], [['x', 'a, b']])
    """
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\n").writerows([header, *rows])
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    atomic_write(path, text.getvalue())


def remove_stale(folder, pattern="*"):
    """Delete partial files of ``atomic_write`` from killed processes.

    Arguments
    ---------
    folder : str or Path
        May not exist.
    pattern : str
        File pattern without ``.partial``; ``**/*`` includes subfolders.

    Example
    -------
    >>> folder = getfixture("tmp_path")
    >>> path = folder / f"a.json.{uuid.uuid4().hex}.partial"
    >>> path.touch()
    >>> os.utime(path, (0, 0))
    >>> remove_stale(folder)
    >>> [*folder.iterdir()]
    []
    """
    for path in Path(folder).glob(f"{pattern}.{'[0-9a-f]' * 32}{PARTIAL}"):
        # Optional, so read-only folders are ignored.
        with contextlib.suppress(OSError):
            if path.is_file() and (
                time.time() - path.stat().st_mtime > WRITING_S
            ):
                path.unlink()
                logger.info(
                    "%s: removed partial file of a killed process", path
                )


def _holds(path, data):
    try:
        if path.stat().st_size != len(data):
            return False
        return path.read_bytes() == data
    except OSError:
        return False  # missing or unreadable: replaced
