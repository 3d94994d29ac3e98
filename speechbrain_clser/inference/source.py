"""Where a model lies: a folder first, and the hub only for what is a hub id."""

import logging
import re
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

from speechbrain_clser.features.hub import looks_local
from speechbrain_clser.hub_answers import answer_of

logger = logging.getLogger(__name__)

WANTED = ("results.json", "*.yaml", "*.ckpt", "*.safetensors")


def locate(source, revision=None, savedir=None) -> Path:
    """Find the folder of a model; fetch it if it is a hub id.

    All files are of one commit, and a cached one is not asked for again.

    Arguments
    ---------
    source : str or Path
        Folder, or hub id ``owner/name``.
    revision : str, optional
        Of a hub id: a commit, for the same model tomorrow; or a branch or tag,
        by default the newest.
    savedir : str or Path, optional
        Where files of the hub are copied, without links; by default they stay
        in the hub's cache.

    Returns
    -------
    Path
        Holds the YAML and the checkpoints.

    Raises
    ------
    FileNotFoundError
        If a path leads nowhere, or the hub does not give the model; with what
        it answered.
    ValueError
        If ``source`` is neither a folder nor a hub id, or a folder and of a
        revision.

    Example
    -------
    >>> locate("./mine")
    Traceback (most recent call last):
    ...
    FileNotFoundError: expected the folder of a model at './mine', found ...
    """
    folder = Path(source).expanduser()
    if folder.is_dir():
        if revision:
            raise ValueError(
                f"revision {revision} is of a hub id, and {str(source)!r} is a "
                "folder here; leave the revision out, or go where no folder is "
                "called so"
            )
        return folder
    if isinstance(source, Path) or looks_local(source):
        raise FileNotFoundError(
            f"expected the folder of a model at {str(source)!r}, found none; "
            "give the model/ of a run, or a hub id owner/name"
        )
    if not re.fullmatch(r"[\w.-]+/[\w.-]+", source):
        raise ValueError(
            f"expected the folder of a model or a hub id owner/name, got "
            f"{source!r}, which is no folder in {Path.cwd()}"
        )
    try:
        found = snapshot_download(
            source,
            revision=revision,
            local_dir=savedir,
            allow_patterns=list(WANTED),
        )
    except (HfHubHTTPError, LocalEntryNotFoundError) as error:
        raise FileNotFoundError(
            f"model {source} ({revision or 'newest revision'}) is not in the "
            f"cache of the hub, and {answer_of(error)}"
        ) from error
    if savedir is None and revision is None:
        logger.info(
            "%s at revision %s; give revision=... for the same one tomorrow",
            *(source, Path(found).name),
        )
    return Path(found)
