"""Model folders that appear whole, or not at all."""

import contextlib
import shutil
from pathlib import Path

from huggingface_hub import constants

from speechbrain_clser.io import naming


@contextlib.contextmanager
def new_folder(model):
    """Make a model folder; another model in its place is replaced at the end.

    Arguments
    ---------
    model : str or Path
        To be made.

    Yields
    ------
    Path
        To be filled; it becomes ``model`` unless there is an error.

    Raises
    ------
    ValueError
        If there is something else than a model in ``model``.

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
    """Refuse a folder with a file that is a link to somewhere else.

    Arguments
    ---------
    folder : Path
        Of a model.

    Raises
    ------
    ValueError
        As ``refuse_link_out``.
    """
    for path in sorted(folder.iterdir()):
        refuse_link_out(path)


def refuse_link_out(path):
    """Refuse a file of a model folder that is a link to somewhere else.

    Saving and publishing would copy what lies there.

    Arguments
    ---------
    path : Path
        In the folder. Links into the cache of the hub are its own.

    Raises
    ------
    ValueError
        If it leads out of the folder, or around in a circle.

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
    if folder.parent.name == "snapshots":  # a cache elsewhere
        homes.append(folder.parents[1])
    try:
        real = path.resolve()
    except (OSError, RuntimeError):  # a circle
        real = None
    if real is None or not any(real.is_relative_to(home) for home in homes):
        raise ValueError(
            f"{path}: expected a file of this folder, found a link that leads "
            "out of it; copy the file to its place"
        )


def refuse_another(model):
    """Refuse a folder that holds something else than a model.

    Arguments
    ---------
    model : Path
        To be made.

    Raises
    ------
    ValueError
        If there is something else.

    Example
    -------
    >>> refuse_another(getfixture("tmp_path"))
    """
    if model.exists() and not (model / "hyperparams.yaml").is_file():
        if model.is_file() or any(model.iterdir()):
            raise ValueError(
                f"expected a new folder at {model}, or one of a model, found "
                "something else; name another with --out"
            )


def _replace(model, new):
    """Put a folder in the place of another; a kill loses neither."""
    old = model.with_name(f".{model.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if model.exists():
        model.rename(old)
    new.rename(model)
    shutil.rmtree(old, ignore_errors=True)
