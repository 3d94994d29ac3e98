"""Tensors by name in the safetensors files of a folder, the shards.

A shard is written whole or not at all, and is never changed afterwards: any
number of processes may write into a folder at once.
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
    """Look up tensors in a folder of shards, through the memory map.

    A file is opened once and stays open; a forked process may go on reading,
    and a pickled copy opens the files anew when they are first read.

    Arguments
    ---------
    folder : str or Path
        Of the shards.

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
        """Look up a tensor; it is the file itself, so leave it unchanged."""
        path = self._homes[name]
        if path not in self._handles:
            self._handles[path] = safe_open(path, framework="pt")
        return self._handles[path].get_tensor(name)

    def scan(self):
        """Find out what the folder holds now.

        Returns
        -------
        dict
            Path of each broken shard to what is wrong with it.
        """
        self._homes, self._handles = {}, {}
        broken = {}
        for path in sorted(self.folder.glob(f"*{SUFFIX}")):
            try:
                self._learn(path)
            except SafetensorError as error:
                broken[path] = str(error)
            except FileNotFoundError:
                pass  # deleted by another process since it was listed
        return broken

    def changed(self, names):
        """Find shards whose content is no longer what was written.

        Each is read once in a process, however often this is asked for.

        Arguments
        ---------
        names : iterable of str
            Only the shards of these tensors are read.

        Returns
        -------
        dict
            Path of each such shard to what is wrong with it.
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
        """Add a shard; a kill at any moment leaves the whole of it or none.

        Arguments
        ---------
        tensors : dict
            Name to torch.Tensor, on CPU and contiguous; not empty.
        """
        # Named after what is in it: whoever writes the same names at the same
        # time replaces the file by its like, and nobody's other tensors.
        names = sha256("\n".join(sorted(tensors)).encode()).hexdigest()[:16]
        path = self.folder / f"{names}{SUFFIX}"
        atomic_write(path, save(tensors, {"crc32": checksum(tensors)}))
        self._learn(path)


def checksum(tensors) -> str:
    """Sum up the bytes of tensors, in the order of their names.

    Arguments
    ---------
    tensors : dict
        Name to torch.Tensor, on CPU and contiguous.

    Returns
    -------
    str
        CRC-32 in hexadecimal.

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
    """Say what is wrong with a shard of this size and time, if anything."""
    try:
        read_whole(path)
    except ValueError as error:
        return str(error)
    return ""


def read_whole(path) -> dict:
    """Read all tensors of a shard and hold them against its checksum.

    Arguments
    ---------
    path : str or Path
        Of the shard.

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
        raise ValueError(f"{path}: expected a whole shard, {error}") from error
    found = checksum(tensors)
    if found != promised:
        raise ValueError(
            f"{path}: expected the checksum {promised}, found {found}; its "
            "content has changed"
        )
    return tensors
