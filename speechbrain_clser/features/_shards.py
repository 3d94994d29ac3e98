"""Store named tensors in a folder of safetensors files (shards).

A shard is written atomically and is never changed: any number of processes may
write to a folder at the same time.
"""

import contextlib
import functools
import zlib
from hashlib import sha256
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save

from speechbrain_clser.io import atomic_write

SUFFIX = ".safetensors"


class Shards:
    """Memory-mapped access to the tensors in a folder of shards.

    Files stay open after the first access; forked processes can read them, and a
    pickled copy opens them again at the first access.

    Arguments
    ---------
    folder : str or Path
        Folder of the shards.

    Example
    -------
    >>> import torch
    >>> folder = getfixture("tmp_path")
    >>> shards = Shards(folder)
    >>> shards.write({"half": torch.tensor([0.5])})
    >>> shards["half"], "third" in shards
    (tensor([0.5000]), False)
    """

    def __init__(self, folder):
        self.folder = Path(folder)
        self._homes = {}  # name of a tensor to the path of its shard
        self._handles = {}  # path of a shard to the open file

    def __getstate__(self):
        return {**self.__dict__, "_handles": {}}

    def __contains__(self, name):
        return name in self._homes

    def __len__(self):
        return len(self._homes)

    def __getitem__(self, name):
        """Return a memory-mapped tensor; do not modify it."""
        path = self._homes[name]
        if path not in self._handles:
            self._handles[path] = safe_open(path, framework="pt")
        return self._handles[path].get_tensor(name)

    def scan(self):
        """Read the index of all shards; return each broken path with its defect."""
        self._homes, self._handles = {}, {}
        broken = {}
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            try:
                self._learn(path)
            except SafetensorError as error:
                broken[path] = str(error)
            except FileNotFoundError:
                pass  # deleted by another process after listing
        return broken

    def changed(self, names):
        """Return the shards of these tensors with a wrong checksum, with the defect.

        Each shard is read at most once per process.
        """
        found = {}
        for path in sorted({self._homes[n] for n in names if n in self}):
            with contextlib.suppress(FileNotFoundError):
                stat = path.stat()
                found[path] = _fault(path, stat.st_size, stat.st_mtime_ns)
        return {path: fault for path, fault in found.items() if fault}

    def _learn(self, path):
        handle = self._handles[path] = safe_open(path, framework="pt")
        for name in handle.keys():  # noqa: SIM118, a handle is no mapping
            self._homes.setdefault(name, path)

    def write(self, tensors):
        """Add named tensors, on CPU and contiguous, as a shard, atomically."""
        # The file name is a hash of the tensor names: two processes that write
        # the same names at the same time replace only equal files.
        names = sha256("\n".join(sorted(tensors)).encode()).hexdigest()[:16]
        path = self.folder / f"{names}{SUFFIX}"
        atomic_write(path, save(tensors, {"crc32": checksum(tensors)}))
        self._learn(path)


def checksum(tensors) -> str:
    """Compute the CRC-32 of tensors, in the order of their names, in hexadecimal.

    Example
    -------
    >>> import torch
    >>> checksum({"a": torch.zeros(2, 1)})
    '6522df69'
    """
    crc = 0
    for _, tensor in sorted(tensors.items()):
        crc = zlib.crc32(tensor.numpy(), crc)
    return f"{crc:08x}"


@functools.cache
def _fault(path, n_bytes, mtime_ns):
    """Return a description of the defect of a shard, or None."""
    try:
        read_whole(path)
    except ValueError as error:
        return str(error)
    return ""


def read_whole(path) -> dict:
    """Read all tensors of a shard and verify its checksum.

    Arguments
    ---------
    path : str or Path
        Path of the shard.

    Returns
    -------
    dict
        Name to torch.Tensor.

    Raises
    ------
    ValueError
        If it is truncated or changed, or has no checksum.

    Example
    -------
    >>> import torch
    >>> folder = getfixture("tmp_path")
    >>> Shards(folder).write({"half": torch.tensor([0.5])})
    >>> (path,) = folder.iterdir()
    >>> read_whole(path)
    {'half': tensor([0.5000])}
    """
    try:
        with safe_open(path, framework="pt") as shard:
            tensors = {name: shard.get_tensor(name) for name in shard.keys()}  # noqa: SIM118
            promised = (shard.metadata() or {}).get("crc32", "none")
    except SafetensorError as error:
        raise ValueError(
            f"{path}: expected a complete shard, {error}"
        ) from error
    found = checksum(tensors)
    if found != promised:
        raise ValueError(
            f"{path}: expected the checksum {promised}, found {found}; its "
            "content has changed"
        )
    return tensors
