"""Model folders that appear whole, or not at all."""

import contextlib
import shutil
from pathlib import Path

from speechbrain_clser.whole import naming


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
