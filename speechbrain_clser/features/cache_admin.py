"""List, verify and prune the feature stores in a folder.

A folder with an ``about.json`` is a store. Only files written by a store are
deleted.
"""

import dataclasses
import json
import time
from collections.abc import Iterable
from pathlib import Path

from speechbrain_clser.features._shards import SUFFIX, Shards, read_whole
from speechbrain_clser.features.store import ABOUT
from speechbrain_clser.io import PARTIAL, WRITING_S

DAY_S = 86400


@dataclasses.dataclass(frozen=True)
class Summary:
    """Contents of a store.

    Arguments
    ---------
    path : Path
        Folder, named after the key of the extractor.
    about : dict
        Extractor, version, config; see ``store.about``.
    n_utterances : int
        Number in complete shards.
    n_bytes : int
        Size on disk.
    last_used : float
        Time of the last fill or check, in seconds since 1970.
    broken : tuple of Path
        Unreadable shards; ``verify`` also checks checksums.
    """

    path: Path
    about: dict
    n_utterances: int
    n_bytes: int
    last_used: float
    broken: tuple


def summaries(folder: str | Path) -> list:
    """Summarise every store, reading only the headers of shards.

    Arguments
    ---------
    folder : str or Path
        Folder that contains stores at any depth.

    Returns
    -------
    list of Summary
        Most recently used first.

    Example
    -------
    >>> from speechbrain_clser.features.encoders import extractor
    >>> from speechbrain_clser.features.store import Store
    >>> folder = getfixture("tmp_path")
    >>> Store(folder, extractor("acoustic")).fill([], load=None)
    >>> [(s.about["extractor"], s.n_utterances) for s in summaries(folder)]
    [('AcousticFeatures', 0)]
    """
    found = []
    for path in _stores(folder):
        shards = Shards(path)
        broken = shards.scan()
        about = path / ABOUT
        found.append(
            Summary(
                path,
                json.loads(about.read_text(encoding="utf-8")),
                len(shards),
                sum(file.stat().st_size for file in _files(path)),
                about.stat().st_mtime,
                tuple(broken),
            )
        )
    return sorted(found, key=lambda summary: -summary.last_used)


def name(path: Path, folder: str | Path) -> str:
    """Return the name of a store, its path relative to a folder.

    Arguments
    ---------
    path : Path
        Path of the store.
    folder : str or Path
        Folder that contains the store at any depth.

    Returns
    -------
    str
        Relative path.

    Example
    -------
    >>> name(Path("cache/frames/speed_1.00/0d72ff1b55e7c2dd"), "cache/frames")
    'speed_1.00/0d72ff1b55e7c2dd'
    """
    return path.relative_to(folder).as_posix()


def verify(folder: str | Path) -> dict:
    """Read every shard and verify its checksum.

    Arguments
    ---------
    folder : str or Path
        Folder that contains stores at any depth.

    Returns
    -------
    dict
        Path to a description of the defect; includes shards, and partial files
        of killed processes.

    Example
    -------
    >>> from speechbrain_clser.features.encoders import extractor
    >>> from speechbrain_clser.features.store import Store
    >>> store = Store(getfixture("tmp_path"), extractor("acoustic"))
    >>> store.fill([], load=None)
    >>> _ = (store.folder / "0a1b.safetensors").write_bytes(b"cut")
    >>> [path.name for path in verify(store.folder)]
    ['0a1b.safetensors']
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
    folder: str | Path,
    keys: Iterable[str] = (),
    unused_days: float | None = None,
) -> list:
    """Delete stores by name or by age.

    Arguments
    ---------
    folder : str or Path
        Folder that contains stores at any depth.
    keys : iterable of str
        Stores to delete: a relative path below ``folder``, or the extractor key
        (with ``-float16`` if applicable) for all stores of that name.
    unused_days : float, optional
        Also delete stores unused for longer.

    Returns
    -------
    list of Path
        Deleted stores; a run that needs one fills it again.

    Raises
    ------
    KeyError
        If a store does not exist; nothing is deleted then.

    Example
    -------
    >>> from speechbrain_clser.features.encoders import extractor
    >>> from speechbrain_clser.features.store import Store
    >>> store = Store(getfixture("tmp_path"), extractor("acoustic"))
    >>> store.fill([], load=None)
    >>> prune(store.folder.parent, [store.folder.name]) == [store.folder]
    True
    """
    stores, keys = _stores(folder), set(keys)
    called = {path: {path.name, name(path, folder)} for path in stores}
    names = set().union(*called.values())
    if unknown := sorted(keys - names):
        raise KeyError(
            f"{folder}: expected names of stores, found {', '.join(unknown)}; there are "
            f"{', '.join(sorted(names)) or 'none'}"
        )
    oldest = 0.0 if unused_days is None else time.time() - unused_days * DAY_S
    deleted = [
        path
        for path in stores
        if keys & called[path] or (path / ABOUT).stat().st_mtime < oldest
    ]
    for path in deleted:
        for file in _files(path):
            file.unlink()
        if not any(path.iterdir()):
            path.rmdir()
    return deleted


def drop_broken(folder: str | Path) -> list:
    """Delete files that ``verify`` reports; the next run extracts them again.

    Arguments
    ---------
    folder : str or Path
        Folder that contains stores at any depth.

    Returns
    -------
    list of Path
        Deleted files.

    Example
    -------
    >>> from speechbrain_clser.features.encoders import extractor
    >>> from speechbrain_clser.features.store import Store
    >>> store = Store(getfixture("tmp_path"), extractor("acoustic"))
    >>> store.fill([], load=None)
    >>> _ = (store.folder / "0a1b.safetensors").write_bytes(b"cut")
    >>> len(drop_broken(store.folder)), len(verify(store.folder))
    (1, 0)
    """
    broken = list(verify(folder))
    for path in broken:
        path.unlink()
    return broken


def _stores(folder):
    return sorted(path.parent for path in Path(folder).rglob(ABOUT))


def _files(store):
    """List the files of a store, ``about.json`` last."""
    return [
        *store.glob(f"*{SUFFIX}"),
        *store.glob(f"*{PARTIAL}"),
        store / ABOUT,
    ]
