"""Locate or download a pretrained encoder and determine its revision.

A hub id is resolved once per process to a commit, a folder to a digest of its
contents. The revision, not the name or path, identifies the features of an
encoder.
"""

import dataclasses
import functools
import hashlib
import re
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

from speechbrain_clser.features import encoder_settings
from speechbrain_clser.hub_errors import describe_error

HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
BLOCK_BYTES = 2**22


@dataclasses.dataclass(frozen=True)
class Layout:
    """File layout of a published model.

    Arguments
    ---------
    settings : tuple of tuple of str
        File names; at least one of each tuple is required.
    weights : tuple of str
        Patterns; the files of the first matching pattern are used.
    fetched : tuple of tuple of str
        Download patterns; the next tuple is used if no weights were found.
    advice : str
        Hint for folders with missing files.
    checked : tuple of str
        Names of the settings that transformers reads; see ``encoder_settings``.
    """

    settings: tuple
    weights: tuple
    fetched: tuple
    advice: str
    checked: tuple = ()

    @property
    def names(self) -> list:
        """Return the names of all settings files."""
        return [name for names in self.settings for name in names]


TRANSFORMERS = Layout(
    settings=(
        ("config.json",),
        ("preprocessor_config.json", "processor_config.json"),
    ),
    # In the search order of transformers.
    weights=("model.safetensors", "model-*.safetensors", "pytorch_model*.bin"),
    fetched=(
        ("*config.json", "model*.safetensors", "model.safetensors.index.*"),
        ("pytorch_model*",),
    ),
    advice="save both model and feature extractor with save_pretrained",
    checked=(
        *("config.json", "preprocessor_config.json", "processor_config.json"),
    ),
)
# Of a text encoder. The other files of a tokenizer may name code; this one is data.
TEXT = Layout(
    settings=(("config.json",), ("tokenizer.json",)),
    weights=TRANSFORMERS.weights,
    fetched=tuple(
        ("config.json", "tokenizer.json", *patterns)
        for patterns in (
            ("model*.safetensors", "model.safetensors.index.*"),
            ("pytorch_model*",),
        )
    ),
    advice="save both model and fast tokenizer with save_pretrained",
    checked=("config.json",),
)
SPEECHBRAIN = Layout(
    settings=(("hyperparams.yaml",),),
    weights=("*.ckpt",),
    fetched=(("hyperparams.yaml", "*.ckpt", "*.txt"),),
    advice="fetch the whole model",
)


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """Folder of a pretrained encoder, and commit of the hub or digest of the folder."""

    folder: Path
    revision: str


def resolve(
    source: str, revision: str = "", layout: Layout = TRANSFORMERS
) -> Snapshot:
    """Locate a local encoder folder, or download a hub id.

    Only settings and one set of weights are downloaded. With ``HF_HUB_OFFLINE=1``
    nothing is downloaded and the encoder must be in the hub cache.

    Arguments
    ---------
    source : str
        Folder, or hub id ``owner/name``.
    revision : str
        For a hub id: branch, tag or commit, by default the newest. For a
        folder: required digest, by default any.
    layout : Layout
        File layout of the model.

    Returns
    -------
    Snapshot
        With the resolved commit or digest.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist or is incomplete, or if the encoder is
        neither in the cache nor available from the hub; contains the response
        of the hub.
    ValueError
        If ``source`` is neither a folder nor a hub id, the folder has another
        digest, or its settings refer to code, files or models elsewhere; see
        ``encoder_settings``.

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
        return _of_folder(folder, revision, layout)
    if looks_local(source):
        raise FileNotFoundError(
            f"encoder {source!r} looks like a folder, but there is none; expected "
            "one with settings and weights, or a hub id owner/name whose owner "
            "is no folder here, in "
            f"{Path.cwd()}"
        )
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", source):
        raise ValueError(
            "encoder must be 'acoustic', a hub id owner/name or a folder, got "
            f"{source!r}"
        )
    return _of_hub(source, revision, layout)


def looks_local(source):
    """Return whether a source that is no folder looks like a mistyped path.

    These must not be requested from the hub.

    Example
    -------
    >>> looks_local("./model"), looks_local("facebook/hubert-base-ls960")
    (True, False)
    """
    return (
        source.startswith((".", "~", "/"))
        or "\\" in source
        or source.count("/") > 1
        or ("/" in source and Path(source).parent.exists())
    )


def take_in(digest, path):
    """Update a digest with the contents of a file, block by block.

    Example
    -------
    >>> path = getfixture("tmp_path") / "a"
    >>> _ = path.write_bytes(b"ab")
    >>> digest = hashlib.sha256(b"a")
    >>> take_in(digest, path)
    >>> digest.digest() == hashlib.sha256(b"aab").digest()
    True
    """
    with open(path, "rb") as file:
        for block in iter(functools.partial(file.read, BLOCK_BYTES), b""):
            digest.update(block)


def weights(folder, layout) -> list:
    """List the files of the first available set of weights.

    Example
    -------
    >>> weights(getfixture("tmp_path"), TRANSFORMERS)
    []
    """
    for pattern in layout.weights:
        if found := sorted(folder.glob(pattern)):
            return found
    return []


def _of_folder(folder, revision, layout):
    files = _files(folder, layout)
    digest = hashlib.sha256()
    for path in files:
        digest.update(f"{path.name}:{path.stat().st_size}:".encode())
        take_in(digest, path)
    found = digest.hexdigest()
    if revision and found != revision:
        raise ValueError(
            f"encoder in {folder}: expected revision {revision}, found files "
            f"with the digest {found}; give another folder, or omit the "
            "revision"
        )
    return Snapshot(folder, found)


# Once per process: a push to the hub between two seeds must not change a run.
@functools.cache
def _of_hub(source, revision, layout):
    try:
        for patterns in layout.fetched:
            folder = Path(
                snapshot_download(
                    source,
                    revision=revision or None,
                    allow_patterns=[*patterns],
                )
            )
            if weights(folder, layout):
                break
    except (HfHubHTTPError, LocalEntryNotFoundError) as error:
        raise FileNotFoundError(
            f"encoder {source} ({revision or 'newest revision'}) is not in the "
            f"cache of the hub, and {describe_error(error)}"
        ) from error
    _files(folder, layout)
    return Snapshot(folder, folder.name)


def _files(folder, layout):
    """List all files of an encoder; raise an error if one is missing."""
    settings = [
        [folder / name for name in names if (folder / name).exists()]
        for names in layout.settings
    ]
    found_weights = weights(folder, layout)
    if not (all(settings) and found_weights):
        wanted = [names[0] for names in layout.settings]
        raise FileNotFoundError(
            f"expected {', '.join(wanted)} and {' or '.join(layout.weights)} "
            f"in {folder}, found "
            f"{', '.join(sorted(p.name for p in folder.iterdir())) or 'nothing'};"
            f" {layout.advice}"
        )
    if layout.checked:
        encoder_settings.check_folder(folder, layout.checked)
    return [*(path for paths in settings for path in paths), *found_weights]
