"""Compare a local folder with a revision on the hub."""

import dataclasses
from collections.abc import Iterable
from pathlib import Path

from huggingface_hub.utils.sha import git_hash, sha_fileobj

# Suffixes of files of an earlier model; other files on the hub are kept.
STALE = (".ckpt", ".safetensors")


@dataclasses.dataclass(frozen=True)
class Changes:
    """Files that a commit would add, change or remove.

    Arguments
    ---------
    added, changed, removed : tuple of str
        Paths relative to the folder, with slashes.

    Example
    -------
    >>> changes = Changes(added=("method.ckpt",), removed=("old.ckpt",))
    >>> changes.lines()
    ['added    method.ckpt', 'removed  old.ckpt']
    >>> bool(changes), bool(Changes())
    (True, False)
    """

    added: tuple = ()
    changed: tuple = ()
    removed: tuple = ()

    def __bool__(self):
        return bool(self.added or self.changed or self.removed)

    def lines(self) -> list:
        """List the changes, one line per file."""
        return [
            f"{kind:<9}{name}"
            for kind, names in dataclasses.asdict(self).items()
            for name in names
        ]


def compare(folder: Path, listing: Iterable) -> Changes:
    """Find the files that would change on the hub.

    Contents are compared by digests; nothing is downloaded.
    """
    there = {file.path: file for file in listing if hasattr(file, "blob_id")}
    here = {path.relative_to(folder).as_posix(): path for path in files(folder)}
    return Changes(
        added=tuple(name for name in here if name not in there),
        changed=tuple(
            name
            for name, path in here.items()
            if name in there and not _is_same(path, there[name])
        ),
        removed=tuple(
            name
            for name in sorted(there)
            if name not in here and name.endswith(STALE) and "/" not in name
        ),
    )


def files(folder: Path) -> list:
    """List the files of a folder recursively, without hidden ones."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and not any(
            part.startswith(".") for part in path.relative_to(folder).parts
        )
    )


def _is_same(path, there):
    """Compare digests: of git for small files, SHA-256 for large ones."""
    if there.lfs is None:
        return git_hash(path.read_bytes()) == there.blob_id
    with path.open("rb") as file:
        return sha_fileobj(file).hex() == there.lfs.sha256
