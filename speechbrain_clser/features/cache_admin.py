"""List, verify and prune the feature stores in a folder, at any depth.

A folder with an ``about.json`` is a store. Only files written by a store are
deleted.
"""

import json
import time
from pathlib import Path

from speechbrain_clser.features._shards import SUFFIX, Shards, read_whole
from speechbrain_clser.features.store import ABOUT
from speechbrain_clser.io import PARTIAL, WRITING_S

DAY_S = 86400
MB = 1e6


def table(folder: str | Path) -> list:
    """List the stores as rows after a header, most recently used first.

    Only headers of shards are read. The columns are the path below the folder,
    extractor, utterances in complete shards, size, last use, unreadable shards.

    Example
    -------
    >>> table(getfixture("tmp_path"))[0][:3]
    ['store', 'extractor', 'utterances']
    """
    stores = sorted(_stores(folder), key=_last_used, reverse=True)
    head = ["store", "extractor", "utterances", "MB", "last used", "broken"]
    return [head, *(_row(store, folder) for store in stores)]


def _row(store, folder):
    shards = Shards(store)
    broken = shards.scan()
    about = json.loads((store / ABOUT).read_text(encoding="utf-8"))
    n_bytes = sum(file.stat().st_size for file in _files(store))
    return [
        store.relative_to(folder).as_posix(),
        about["extractor"],
        len(shards),
        round(n_bytes / MB, 1),
        time.strftime("%Y-%m-%d", time.localtime(_last_used(store))),
        len(broken),
    ]


def verify(folder: str | Path) -> dict:
    """Verify the checksums of all shards, and find partial files of killed processes.

    Returns the path of each such file with a description of the defect.

    Example
    -------
    >>> verify(getfixture("tmp_path"))
    {}
    """
    broken = {}
    for store in _stores(folder):
        for path in sorted(store.glob(f"*{SUFFIX}")):
            try:
                read_whole(path)
            except ValueError as error:
                broken[path] = str(error)
        for path in sorted(store.glob(f"*{PARTIAL}")):
            if time.time() - path.stat().st_mtime > WRITING_S:
                broken[path] = f"{path}: partial file of a killed process"
    return broken


def prune(
    folder: str | Path, keys=(), unused_days: float | None = None
) -> list:
    """Delete stores by name, a path below the folder or the key of the extractor.

    With ``unused_days``, stores unused for longer are deleted, too. Returns the
    paths of the deleted stores; a run that needs one fills it again. Raises a
    KeyError if a name is unknown, before anything is deleted.

    Example
    -------
    >>> prune(getfixture("tmp_path"), unused_days=30)
    []
    """
    keys = set(keys)
    called = {
        path: {path.name, path.relative_to(folder).as_posix()}
        for path in _stores(folder)
    }
    names = set().union(*called.values())
    if unknown := sorted(keys - names):
        raise KeyError(
            f"{folder}: expected names of stores, found {', '.join(unknown)}; "
            f"there are {', '.join(sorted(names)) or 'none'}"
        )
    oldest = 0.0 if unused_days is None else time.time() - unused_days * DAY_S
    deleted = [p for p in called if keys & called[p] or _last_used(p) < oldest]
    for path in deleted:
        for file in _files(path):
            file.unlink()
        if not any(path.iterdir()):
            path.rmdir()
    return deleted


def _stores(folder):
    return sorted(path.parent for path in Path(folder).rglob(ABOUT))


def _last_used(store):
    return (store / ABOUT).stat().st_mtime


def _files(store):
    """List the files of a store, ``about.json`` last."""
    files = (*store.glob(f"*{SUFFIX}"), *store.glob(f"*{PARTIAL}"))
    return [*files, store / ABOUT]
