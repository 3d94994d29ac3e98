"""Where a pretrained encoder lies on this machine, and which one exactly it is.

A hub id is resolved once per process to a commit, a folder to a digest of
what is in it. This revision, never the name or the path, tells one
encoder's features from another's.
"""

import dataclasses
import functools
import hashlib
import re
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

from speechbrain_clser.features import encoder_settings
from speechbrain_clser.hub_answers import answer_of

BLOCK_BYTES = 2**22


@dataclasses.dataclass(frozen=True)
class Layout:
    """Which files make a published model what it is.

    Arguments
    ---------
    settings : tuple of tuple of str
        Names; of each tuple at least one file is there.
    weights : tuple of str
        Patterns; files of the first that matches are taken.
    fetched : tuple of tuple of str
        Patterns of what is fetched from the hub, the next if no weights came.
    advice : str
        To somebody whose folder lacks something.
    """

    settings: tuple
    weights: tuple
    fetched: tuple
    advice: str

    @property
    def names(self) -> list:
        """Of all settings there may be."""
        return [name for names in self.settings for name in names]


TRANSFORMERS = Layout(
    settings=(
        ("config.json",),
        ("preprocessor_config.json", "processor_config.json"),
    ),
    # In the order in which transformers looks for them.
    weights=("model.safetensors", "model-*.safetensors", "pytorch_model*.bin"),
    fetched=(
        ("*config.json", "model*.safetensors", "model.safetensors.index.*"),
        ("pytorch_model*",),
    ),
    advice="save both model and feature extractor with save_pretrained",
)
SPEECHBRAIN = Layout(
    settings=(("hyperparams.yaml",),),
    weights=("*.ckpt",),
    fetched=(("hyperparams.yaml", "*.ckpt", "*.txt"),),
    advice="fetch the whole model",
)


@dataclasses.dataclass(frozen=True)
class Snapshot:
    """A pretrained encoder on disk.

    Arguments
    ---------
    folder : Path
        Holds settings and weights.
    revision : str
        Commit of the hub, or digest of a folder of one's own.
    """

    folder: Path
    revision: str


def resolve(
    source: str, revision: str = "", layout: Layout = TRANSFORMERS
) -> Snapshot:
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
    layout : Layout
        Of the files.

    Returns
    -------
    Snapshot
        With the commit or digest, whatever ``revision`` was.

    Raises
    ------
    FileNotFoundError
        If there is no such folder, something is missing in it, or the cache
        does not have it and the hub does not give it; with what it answered.
    ValueError
        If ``source`` is neither a folder nor a hub id, the folder is not of
        that revision, or settings for transformers name code, files or models
        elsewhere; see ``encoder_settings``.

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
    """Whether somebody who wrote this meant a place on this machine.

    Arguments
    ---------
    source : str
        That is no folder.

    Returns
    -------
    bool
        A mistyped path must not be asked for on the hub.

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
    """Take a file into a digest, block by block.

    Arguments
    ---------
    digest : hashlib object
        Updated.
    path : str or Path
        Of the file.

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
    """List the first set of weights there is, in a fixed order.

    Arguments
    ---------
    folder : Path
        Of a published model.
    layout : Layout
        Of its files.

    Returns
    -------
    list of Path
        Empty if there are none.

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
            f"the encoder in {folder} should be of revision {revision}, but its "
            f"files have the digest {found}; give the folder that was meant, "
            "or leave the revision out"
        )
    return Snapshot(folder, found)


# Once per process: a push to the hub between two seeds must not split a run.
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
            f"cache of the hub, and {answer_of(error)}"
        ) from error
    _files(folder, layout)
    return Snapshot(folder, folder.name)


def _files(folder, layout):
    """All files that make the encoder what it is; complain if one is missing."""
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
    if layout is TRANSFORMERS:
        encoder_settings.check_folder(folder, layout.names)
    return [*(path for paths in settings for path in paths), *found_weights]
