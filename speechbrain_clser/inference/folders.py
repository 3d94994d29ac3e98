"""Create model folders atomically and refuse links out of them."""

import contextlib
import shutil
from pathlib import Path

from huggingface_hub import constants

from speechbrain_clser.io import naming


@contextlib.contextmanager
def new_folder(model):
    """Create a model folder; replace an existing model at the end.

    Yields
    ------
    Path
        Temporary folder to fill; it is renamed to ``model`` unless an error
        occurs.

    Raises
    ------
    ValueError
        If ``model`` contains something other than a model.

    Example
    -------
    >>> model = getfixture("tmp_path") / "model"
    >>> with new_folder(model) as folder:
    ...     _ = (folder / "hyperparams.yaml").write_text("")
    >>> [path.name for path in model.iterdir()]
    ['hyperparams.yaml']
    """
    model = Path(model)
    refuse_another(model)
    partial = model.with_name(f".{model.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    try:
        with naming(model):
            partial.mkdir(parents=True)
            yield partial
        _replace(model, partial)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def refuse_links_out(folder):
    """Raise ValueError if a file of a folder is a link out of it."""
    for path in sorted(folder.iterdir()):
        refuse_link_out(path)


def refuse_link_out(path):
    """Raise ValueError if a file of a model folder is a link out of it.

    Saving and publishing would copy the target of the link.

    Links into the cache of the hub are allowed.

    Example
    -------
    >>> folder = getfixture("tmp_path")
    >>> (folder / "method.ckpt").symlink_to("/etc/passwd")
    >>> refuse_link_out(folder / "method.ckpt")
    Traceback (most recent call last):
    ...
    ValueError: ...method.ckpt: expected a file of this folder, found a link ...
    """
    folder = path.parent.resolve()
    homes = [folder, Path(constants.HF_HUB_CACHE).resolve()]
    if folder.parent.name == "snapshots":  # a hub cache in another folder
        homes.append(folder.parents[1])
    try:
        real = path.resolve()
    except (OSError, RuntimeError):  # a circular link
        real = None
    if real is None or not any(real.is_relative_to(home) for home in homes):
        raise ValueError(
            f"{path}: expected a file of this folder, found a link that leads "
            "out of it; replace the link by a copy of the file"
        )


def refuse_another(model):
    """Raise ValueError if a folder holds something other than a model.

    Example
    -------
    >>> refuse_another(getfixture("tmp_path"))
    """
    if model.exists() and not (model / "hyperparams.yaml").is_file():
        if model.is_file() or any(model.iterdir()):
            raise ValueError(
                f"expected {model} to be a new folder or a model folder, found "
                "other content; give another folder with --out"
            )


def _replace(model, new):
    """Replace a folder by another; an interruption loses neither."""
    old = model.with_name(f".{model.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if model.exists():
        model.rename(old)
    new.rename(model)
    shutil.rmtree(old, ignore_errors=True)
