"""Files that are there whole or not at all."""

import os
import uuid

PARTIAL = ".partial"


def write_whole(path, data):
    """Write a file whole or not at all, whatever happens meanwhile.

    Arguments
    ---------
    path : Path
        Replaced if it is there; at worst a ``.partial`` is left beside it.
    data : bytes
        Its content.

    Example
    -------
    >>> path = getfixture("tmp_path") / "a.txt"
    >>> write_whole(path, b"whole")
    >>> path.read_bytes()
    b'whole'
    """
    partial = path.with_name(f"{path.name}.{uuid.uuid4().hex}{PARTIAL}")
    with open(partial, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(partial, path)
