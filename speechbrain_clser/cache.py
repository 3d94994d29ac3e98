"""Locate the cache folder."""

import os
from pathlib import Path


def cache_folder() -> str:
    """Return ``$CLSER_CACHE`` or ``~/.cache/speechbrain_clser``; may be deleted any time.

    Example
    -------
    >>> getfixture("monkeypatch").setenv("CLSER_CACHE", "/big/disk")
    >>> cache_folder()
    '/big/disk'
    """
    cache = os.environ.get("CLSER_CACHE", "~/.cache/speechbrain_clser")
    return str(Path(cache).expanduser())
