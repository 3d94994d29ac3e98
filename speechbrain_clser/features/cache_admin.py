"""Look after the stores under a folder: what is there, is it whole, what may go.

A folder counts as a store if an ``about.json`` lies in it, and nothing but
what a store writes is ever deleted.
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
    """What a store holds.

    Arguments
    ---------
    path : Path
        Its folder, named after the extractor's key.
    about : dict
        Extractor, version, config; see ``store.about``.
    n_utterances : int
        In whole shards.
    n_bytes : int
        On disk.
    last_used : float
        When it was last filled or found full, in seconds since 1970.
    broken : tuple of Path
        Shards that a reader would refuse; ``verify`` looks closer.
    """

    path: Path
    about: dict
    n_utterances: int
    n_bytes: int
    last_used: float
    broken: tuple


def summaries(folder: str | Path) -> list:
    """Describe every store, reading no more than the heads of the shards.

    Arguments
    ---------
    folder : str or Path
        Stores lie in it at any depth.

    Returns
    -------
    list of Summary
        The last used first.

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
    """Name a store by where it lies.

    Arguments
    ---------
    path : Path
        The store.
    folder : str or Path
        It lies in it at any depth.

    Returns
    -------
    str
        Its path below the folder.

    Example
    -------
    >>> name(Path("cache/frames/speed_1.00/0d72ff1b55e7c2dd"), "cache/frames")
    'speed_1.00/0d72ff1b55e7c2dd'
    """
    return path.relative_to(folder).as_posix()


def verify(folder: str | Path) -> dict:
    """Read every shard and hold it against its checksum.

    Arguments
    ---------
    folder : str or Path
        Stores lie in it at any depth.

    Returns
    -------
    dict
        Path of what is broken to what is wrong with it; shards, and files
        that a killed process left half-written.

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
                broken[path] = f"{path}: left by a process that was killed"
    return broken


def prune(
    folder: str | Path,
    keys: Iterable[str] = (),
    unused_days: float | None = None,
) -> list:
    """Delete whole stores, by name or by age.

    Arguments
    ---------
    folder : str or Path
        Stores lie in it at any depth.
    keys : iterable of str
        What to delete: a store by its path below ``folder``, or all of a name,
        which is the extractor's key, and ``-float16`` where that is kept.
    unused_days : float, optional
        Delete also what nobody has used for longer.

    Returns
    -------
    list of Path
        Stores that were deleted; a run that needs one fills it again.

    Raises
    ------
    KeyError
        If there is no store of a name; then nothing is deleted.

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
            f"{folder}: no store is named {', '.join(unknown)}; there are "
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
    """Delete what ``verify`` finds broken; the next run extracts it again.

    Arguments
    ---------
    folder : str or Path
        Stores lie in it at any depth.

    Returns
    -------
    list of Path
        Files that were deleted.

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
    """What a store has written; its ``about.json`` last."""
    return [
        *store.glob(f"*{SUFFIX}"),
        *store.glob(f"*{PARTIAL}"),
        store / ABOUT,
    ]
