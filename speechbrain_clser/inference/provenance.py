"""What made a table of emotions, told beside it; no other may add to it."""

import hashlib
import json
import os
from pathlib import Path

from speechbrain_clser.features.hub import SPEECHBRAIN, resolve, take_in
from speechbrain_clser.io import atomic_write

# For people to read; a model is the same wherever it lies.
ONLY_TOLD = ("model", "revision", "normalise_with")
# Files that were written before models could be adapted do not name these.
ADAPTATION = ("adapt_method", "adapted_to_sha256")


def provenance_path(path) -> Path:
    """Name the file that tells what made a table.

    Example
    -------
    >>> origin_path("of/emotions.csv").as_posix()
    'of/emotions.csv.model.json'
    """
    path = Path(path)
    return path.with_name(f"{path.name}.model.json")


def provenance(
    model, folder, normalise_with=(), files=(), adapt_method=None, adapted_to=()
) -> dict:
    """Tell one model from another, whatever they are called.

    Arguments
    ---------
    model : str or Path
        As it was given: a folder, or a hub id.
    folder : Path
        Where it lies.
    normalise_with : sequence of str
        As it was given.
    files : iterable of str
        The recordings that this names; what cannot be looked into counts for
        nothing.
    adapt_method : str, optional
        By which the model is adapted to recordings, if it is.
    adapted_to : iterable of str
        These recordings.

    Returns
    -------
    dict
        Plain values.
    """
    is_local = Path(model).expanduser().is_dir()
    return {
        "model": str(model),
        "revision": None if is_local else folder.name,
        "model_sha256": _digest_of_model(folder),
        "normalise_with": [*normalise_with],
        "normalise_over_sha256": _digest_of_all(files),
        "adapt_method": adapt_method,
        "adapted_to_sha256": _digest_of_all(adapted_to),
    }


def claim(path, made_by, has_rows):
    """Tell what makes a table, or complain of a table that something else made.

    Arguments
    ---------
    path : str or Path
        Of the table.
    made_by : dict
        As ``provenance`` tells, and settings.
    has_rows : bool
        Whether rows stand in it already.

    Raises
    ------
    ValueError
        If they are of another model or settings, or nothing tells of which; or
        if the place of what tells so is taken.

    Example
    -------
    >>> path = getfixture("tmp_path") / "emotions.csv"
    >>> claim(path, {"model": "me/mine", "window_s": None}, has_rows=False)
    >>> claim(path, {"model": "mine/", "window_s": None}, has_rows=True)
    >>> claim(path, {"model": "mine/", "window_s": 4.0}, has_rows=True)
    Traceback (most recent call last):
    ...
    ValueError: ...: expected rows of window_s 4.0, found those of null ...
    """
    beside = provenance_path(path)
    before = _read(beside, made_by) if beside.exists() else None
    if not has_rows:
        beside.parent.mkdir(parents=True, exist_ok=True)
        text = json.dumps(made_by, indent=2)
        atomic_write(beside, f"{text}\n")
        return
    if before is None:
        raise ValueError(
            f"{path}: expected {beside.name} beside it, to tell what made its "
            "rows, found none; give another file, or delete this one to start "
            "anew"
        )
    others = [
        f"{name} {_short(made_by[name])}, found those of {_short(before[name])}"
        for name in made_by
        if name not in ONLY_TOLD and made_by[name] != before[name]
    ]
    if others:
        raise ValueError(
            f"{path}: expected rows of {'; of '.join(others)} (see "
            f"{beside.name}); give another file, or delete this one to start "
            "anew"
        )


def _digest_of_model(folder):
    """Digest of settings and weights, and of adaptation if there is one."""
    revision = resolve(str(folder), layout=SPEECHBRAIN).revision
    others = sorted(folder.glob("*.safetensors"))
    if not others:
        return revision
    named = [f"{path.name}:{_digest(path)}" for path in others]
    return hashlib.sha256(":".join([revision, *named]).encode()).hexdigest()


def _digest_of_all(files):
    """Digest of the content of files in any order; None if none is readable."""
    digests = "".join(sorted(map(_digest, filter(_is_readable, files))))
    return hashlib.sha256(digests.encode()).hexdigest() if digests else None


def _is_readable(path):
    return os.path.isfile(path) and os.access(path, os.R_OK)


def _digest(path):
    digest = hashlib.sha256()
    take_in(digest, path)
    return digest.hexdigest()


def _short(value):
    return json.dumps(value)[:16]


def _read(path, made_by):
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        found = None
    if isinstance(found, dict):
        new = [name for name in ADAPTATION if name in made_by]
        found = {**dict.fromkeys(new), **found}
    if not isinstance(found, dict) or found.keys() != made_by.keys():
        raise ValueError(
            f"{path}: expected {', '.join(made_by)} as JSON, found something "
            "else; move it, or give another file for the table"
        )
    return found
