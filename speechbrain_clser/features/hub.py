"""Where a pretrained encoder lies on this machine, and which one exactly it is.

A hub id is resolved once per process to a commit, a folder to a digest of
what is in it. This revision, never the name or the path, tells one
encoder's features from another's.
"""

import dataclasses
import functools
import hashlib
import os
import re
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import LocalEntryNotFoundError

# In the order in which transformers looks for them.
WEIGHTS = ("model.safetensors", "model-*.safetensors", "pytorch_model*.bin")
BLOCK_BYTES = 2**22
SETTINGS = ("config.json", "preprocessor_config.json", "processor_config.json")


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """A pretrained encoder on disk.

    Arguments
    ---------
    folder : Path
        Holds configuration and weights as transformers writes them.
    revision : str
        Commit of the hub, or digest of a folder of one's own.
    """

    folder: Path
    revision: str


def resolve(source: str, revision: str = "") -> Snapshot:
    """Find an encoder, a folder first; fetch it if it is a hub id.

    Only settings and one set of weights are fetched, nothing at all under
    ``HF_HUB_OFFLINE=1``; then the hub's cache has to hold it.

    Arguments
    ---------
    source : str
        Folder, or hub id ``owner/name``.
    revision : str
        Of a hub id: branch, tag or commit, by default the newest. Of a folder:
        the digest that it must have, by default any.

    Returns
    -------
    Snapshot
        With the commit or digest, whatever ``revision`` was.

    Raises
    ------
    FileNotFoundError
        If there is no such folder, something is missing in it, or the cache
        is asked for what it does not have.
    ValueError
        If ``source`` is neither a folder nor a hub id, or the folder is not of
        that revision.

    Example
    -------
    >>> folder = getfixture("tmp_path")
    >>> for name in ("config.json", "preprocessor_config.json"):
    ...     _ = (folder / name).write_text("{}")
    >>> _ = (folder / "model.safetensors").write_bytes(b"weights")
    >>> resolve(str(folder)).revision[:8]
    '4260a419'
    """
    folder = Path(source).expanduser()
    if folder.is_dir():
        return _of_folder(folder, revision)
    if _looks_local(source):
        raise FileNotFoundError(
            f"encoder {source!r} looks like a folder, but there is none; expected "
            "one with config.json, preprocessor_config.json and weights, or a "
            "hub id owner/name whose owner is no folder here, in "
            f"{Path.cwd()}"
        )
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", source):
        raise ValueError(
            "encoder must be 'acoustic', a hub id owner/name or a folder, got "
            f"{source!r}"
        )
    return _of_hub(source, revision)


def _looks_local(source):
    """Whether somebody who wrote this meant a place on this machine."""
    return (
        source.startswith((".", "~", "/"))
        or "\\" in source
        or source.count("/") > 1
        or ("/" in source and Path(source).parent.exists())
    )


def _of_folder(folder, revision):
    files = _files(folder)
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.name}:{path.stat().st_size}:".encode())
        with path.open("rb") as file:
            for block in iter(functools.partial(file.read, BLOCK_BYTES), b""):
                digest.update(block)
    found = digest.hexdigest()
    if revision and found != revision:
        raise ValueError(
            f"the encoder in {folder} should be of revision {revision}, but its "
            f"files have the digest {found}; give the folder that was meant, "
            "or leave the revision out"
        )
    return Snapshot(folder, found)


# Once per process: a push to the hub between two seeds must not split a run.
@functools.cache
def _of_hub(source, revision):
    def fetch(patterns):
        return snapshot_download(
            source, revision=revision or None, allow_patterns=patterns
        )

    try:
        folder = Path(fetch([*SETTINGS, *WEIGHTS[:2], f"{WEIGHTS[0]}.index.*"]))
        if not _weights(folder):
            folder = Path(fetch(["pytorch_model*"]))
    except LocalEntryNotFoundError as error:
        raise FileNotFoundError(
            f"encoder {source} ({revision or 'newest revision'}) is not in the "
            "cache of the hub, and the hub cannot be asked (HF_HUB_OFFLINE is "
            f"{os.environ.get('HF_HUB_OFFLINE', 'not set')}); run once with a "
            "network, or give a folder that holds it"
        ) from error
    _files(folder)
    return Snapshot(folder, folder.name)


def _weights(folder):
    """The first set of weights there is, in a fixed order."""
    for pattern in WEIGHTS:
        if found := sorted(folder.glob(pattern)):
            return found
    return []


def _files(folder):
    """All files that make the encoder what it is; complain if one is missing."""
    settings = [folder / name for name in SETTINGS if (folder / name).exists()]
    weights = _weights(folder)
    has_config = folder / SETTINGS[0] in settings
    if not (has_config and settings[1:] and weights):
        raise FileNotFoundError(
            f"expected config.json, preprocessor_config.json and {WEIGHTS[0]} "
            f"(or pytorch_model.bin) in {folder}, found "
            f"{', '.join(sorted(p.name for p in folder.iterdir())) or 'nothing'};"
            " save both model and feature extractor with save_pretrained"
        )
    return [*settings, *weights]
