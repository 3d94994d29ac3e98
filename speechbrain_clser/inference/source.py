"""Locate a model: a local folder first, else a hub id."""

import logging
from pathlib import Path

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError

from speechbrain_clser.features.hub import HUB_ID, looks_local
from speechbrain_clser.hub_errors import describe_error

logger = logging.getLogger(__name__)

WANTED = ("results.json", "*.yaml", "*.ckpt", "*.safetensors")


def locate(source, revision=None, savedir=None) -> Path:
    """Return the folder of a model; download it if it is a hub id.

    All files are from one commit; cached files are not downloaded again.

    Arguments
    ---------
    source : str or Path
        Folder, or hub id ``owner/name``.
    revision : str, optional
        For a hub id: a commit, for reproducible results; or a branch or tag.
        Default: the newest.
    savedir : str or Path, optional
        Folder into which files from the hub are copied, without links; by
        default they stay in the cache of the hub.

    Returns
    -------
    Path
        Folder with the YAML and the checkpoints.

    Raises
    ------
    FileNotFoundError
        If the path does not exist, or the hub does not return the model; with
        the response of the hub.
    ValueError
        If ``source`` is neither a folder nor a hub id, or a revision is given
        for a folder.

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
                f"revision {revision} needs a hub id, found the local folder "
                f"{str(source)!r}; leave the revision out, or change to a "
                "folder where this path does not exist"
            )
        return folder
    if isinstance(source, Path) or looks_local(source):
        raise FileNotFoundError(
            f"expected the folder of a model at {str(source)!r}, found none; "
            "give the model/ of a run, or a hub id owner/name"
        )
    if not HUB_ID.fullmatch(source):
        raise ValueError(
            f"expected the folder of a model or a hub id owner/name, got "
            f"{source!r}, which is not a folder in {Path.cwd()}"
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
            f"cache of the hub, and {describe_error(error)}"
        ) from error
    if savedir is None and revision is None:
        logger.info(
            "%s at revision %s; give revision=... for reproducible results",
            *(source, Path(found).name),
        )
    return Path(found)
