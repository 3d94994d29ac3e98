"""Record the provenance of a prediction table and check it before appending."""

import hashlib
import json
import os
from pathlib import Path

from speechbrain_clser.features.hub import SPEECHBRAIN, resolve, take_in
from speechbrain_clser.inference.result_table import journal_path
from speechbrain_clser.io import atomic_write

# Recorded but not compared: the same model may be in different places.
NOT_COMPARED = ("model", "revision", "normalise_with")
# Missing in files written by earlier versions.
ADDED = ("adapt_method", "adapted_to_sha256", "texts_sha256")


def provenance_path(path) -> Path:
    """Return the path of the provenance file of a table.

    Example
    -------
    >>> provenance_path("of/emotions.csv").as_posix()
    'of/emotions.csv.model.json'
    """
    path = Path(path)
    return path.with_name(f"{path.name}.model.json")


def provenance(
    model,
    folder,
    normalise_with=(),
    files=(),
    adapt_method=None,
    adapted_to=(),
    texts=None,
) -> dict:
    """Collect names and digests that identify a model and its settings.

    Unreadable files are ignored.
    """
    is_local = Path(model).expanduser().is_dir()
    return {
        "model": str(model),
        "revision": None if is_local else folder.name,
        "model_sha256": digest_of_model(folder),
        "normalise_with": [*normalise_with],
        "normalise_over_sha256": _digest_of_all(files),
        "adapt_method": adapt_method,
        "adapted_to_sha256": _digest_of_all(adapted_to),
        "texts_sha256": texts and _digest(texts),
    }


def check_same_settings(path, made_by, has_rows):
    """Write the provenance of a table, or check it if the table has rows.

    Raises
    ------
    ValueError
        If the rows are from another model or other settings, if their
        provenance is missing, or if its file has other content.

    Example
    -------
    >>> path = getfixture("tmp_path") / "emotions.csv"
    >>> check_same_settings(
    ...     path, {"model": "me/mine", "window_s": None}, has_rows=False
    ... )
    >>> check_same_settings(
    ...     path, {"model": "mine/", "window_s": None}, has_rows=True
    ... )
    >>> check_same_settings(
    ...     path, {"model": "mine/", "window_s": 4.0}, has_rows=True
    ... )
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
    journal = journal_path(path)
    this = f"this one and {journal.name}" if journal.exists() else "this one"
    if before is None:
        raise ValueError(
            f"{path}: expected the provenance of its rows in {beside.name}, "
            f"found no such file; give another file, or delete {this} to "
            "start again"
        )
    others = [
        f"{name} {_short(made_by[name])}, found those of {_short(before[name])}"
        for name in made_by
        if name not in NOT_COMPARED and made_by[name] != before[name]
    ]
    if others:
        raise ValueError(
            f"{path}: expected rows of {'; of '.join(others)} (see "
            f"{beside.name}); give another file, or delete {this} to start "
            "again"
        )


def digest_of_model(folder) -> str:
    """Compute the digest of settings, weights and adaptation of a model.

    Arguments
    ---------
    folder : Path
        Model folder.

    Returns
    -------
    str
        ``model_sha256`` of the provenance.
    """
    revision = resolve(str(folder), layout=SPEECHBRAIN).revision
    others = sorted(folder.glob("*.safetensors"))
    if not others:
        return revision
    named = [f"{path.name}:{_digest(path)}" for path in others]
    return hashlib.sha256(":".join([revision, *named]).encode()).hexdigest()


def _digest_of_all(files):
    """Compute an order-independent digest of files; None if none is readable."""
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
        new = [name for name in ADDED if name in made_by]
        found = {**dict.fromkeys(new), **found}
    if not isinstance(found, dict) or found.keys() != made_by.keys():
        raise ValueError(
            f"{path}: expected {', '.join(made_by)} as JSON, found other "
            "content; move this file, or give another file for the table"
        )
    return found
