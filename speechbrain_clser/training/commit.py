"""Which commit the code that runs is of."""

import subprocess
from pathlib import Path


def commit(folder: Path = Path(__file__).parent) -> str:
    """Return the commit of the code.

    Arguments
    ---------
    folder : Path
        With the code.

    Returns
    -------
    str
        40 digits, and ``-dirty`` if files were changed since; empty if the
        folder is not kept in git, or there is no git.

    Example
    -------
    >>> commit(getfixture("tmp_path"))
    ''
    """
    if not _git(folder, "ls-files"):  # it may lie inside another clone
        return ""
    what = ("--always", "--abbrev=40", "--exclude=*")
    return _git(folder, "describe", *what, "--dirty")


def _git(folder, *arguments):
    """Return the output of git, or nothing if it fails."""
    try:
        done = subprocess.run(
            ["git", "-C", str(folder), *arguments],
            capture_output=True,
            text=True,
            check=False,
        )
    except FileNotFoundError:
        return ""
    return "" if done.returncode else done.stdout.strip()
