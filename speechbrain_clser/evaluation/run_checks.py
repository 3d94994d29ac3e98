"""Check that the tables of a run folder are whole and have the same utterances."""

import logging
import os
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

from safetensors import SafetensorError, safe_open

from speechbrain_clser.deprecation import current_names
from speechbrain_clser.evaluation import predictions, rated_predictions
from speechbrain_clser.evaluation.predictions import AGAIN
from speechbrain_clser.io import read_json, read_table

logger = logging.getLogger(__name__)

# Predictions file to the part of parts.csv that it is of.
PART_OF = {"test": "test", "source_valid": "valid"}
# Columns of parts.csv, after the part; earlier versions wrote fewer.
COLUMNS = (
    *("id", "corpus", "language", "speaker", "gender"),
    *("emotion", "duration_s", "digest"),
)


def read_predictions(path: str | os.PathLike):
    """Read predictions of classes or of dimensions, whichever the file holds.

    Arguments
    ---------
    path : path
        Of the file.

    Returns
    -------
    Predictions or RatedPredictions
        In the order of the file.

    Raises
    ------
    ValueError
        If the file is invalid.
    """
    header, _ = read_table(path, AGAIN)
    is_rated = any(name.startswith(rated_predictions.TARGET) for name in header)
    return (rated_predictions if is_rated else predictions).read(path)


def read_parts(folder: str | os.PathLike) -> list:
    """Read parts.csv, and check its columns and the size of each part.

    Arguments
    ---------
    folder : path
        Of a run, or of one of its trials.

    Returns
    -------
    list of dict
        Its rows, as text.

    Raises
    ------
    FileNotFoundError
        If there is none.
    ValueError
        If it is damaged, or has other numbers of utterances than data.json.
    """
    path = Path(folder, "parts.csv")
    if not path.is_file():
        raise FileNotFoundError(
            f"{path}: expected the table of all parts, found none; type the "
            "command of train.py again: it is written anew"
        )
    header, lines = read_table(path, AGAIN)
    if len({*header}) < len(header) or not (
        {"part", "id"} <= {*header} <= {"part", *COLUMNS}
    ):
        raise ValueError(
            f"{path}: expected columns among {', '.join(['part', *COLUMNS])}, "
            f"found {', '.join(header) or 'none'}; {AGAIN}"
        )
    rows = [dict(zip(header, line, strict=True)) for line in lines]
    for row in rows:
        row["part"] = current_names(row["part"], path)
    found = Counter(row["part"] for row in rows)
    where = Path(folder, "data.json")
    parts = current_names(read_json(where, AGAIN, dict)["parts"], where)
    for part in (*parts, *(found.keys() - parts)):
        n_expected = parts.get(part, {}).get("utterances", 0)
        if found[part] != n_expected:
            raise ValueError(
                f"{path}: expected {n_expected} utterances of the part {part!r}, "
                f"as in data.json, found {found[part]}; {AGAIN}"
            )
    return rows


def ids_of(rows: Iterable, part: str) -> list:
    """List the ids of a part.

    Arguments
    ---------
    rows : iterable of dict
        Of ``read_parts``.
    part : str
        Name of the part.

    Returns
    -------
    list of str
        In the order of the rows.

    Example
    -------
    >>> ids_of(
    ...     [{"part": "train", "id": "a"}, {"part": "valid", "id": "b"}],
    ...     "valid",
    ... )
    ['b']
    """
    return [row["id"] for row in rows if row["part"] == part]


def check_predictions(
    path: str | os.PathLike, found, ids: Sequence, classes: Sequence
) -> None:
    """Raise ValueError if predictions are of other utterances or classes.

    Arguments
    ---------
    path : path
        Of the file, for the message.
    found : Predictions or RatedPredictions
        Its content.
    ids : sequence of str
        Of the part that it should be of, in any order.
    classes : sequence of str
        Classes of the protocol.
    """
    if found.classes != tuple(classes):
        raise ValueError(
            f"{path}: expected the classes {', '.join(classes)} of the "
            f"protocol, found {', '.join(found.classes)}; {AGAIN}"
        )
    if differing := {*ids} ^ {*found.id.tolist()}:
        raise ValueError(
            f"{path}: expected the {len(ids)} utterances of its part in "
            f"parts.csv, found {len(found)} rows, and {min(differing)} in one "
            f"of the two files only; {AGAIN}"
        )


def has_predictions(
    path: str | os.PathLike, ids: Sequence, classes: Sequence
) -> bool:
    """Return whether a predictions file is there and whole; log what is wrong.

    Arguments
    ---------
    path : path
        Of the file.
    ids, classes : sequence of str
        As for ``check_predictions``.

    Returns
    -------
    bool
        False if the file is to be written anew.
    """
    if not Path(path).exists():
        return False
    try:
        check_predictions(path, read_predictions(path), ids, classes)
    except ValueError as error:
        found = str(error).removesuffix(f"; {AGAIN}")
        logger.warning("%s; it is written anew now", found)
        return False
    return True


def check_training(training, rows: Sequence, classes: Sequence) -> None:
    """Raise ValueError if files of a training are not of the same utterances.

    Checked are predictions, those of baselines, embeddings, and whether the
    selected epoch has a record.

    Arguments
    ---------
    training : Seed
        As read.
    rows : sequence of dict
        Of ``read_parts``, for its trial.
    classes : sequence of str
        Classes of the protocol.
    """
    folder = training.folder
    ids = {name: ids_of(rows, part) for name, part in PART_OF.items()}
    for name, found in training.predictions.items():
        path = folder / "predictions" / f"{name}.csv"
        check_predictions(path, found, ids[name], classes)
    for name, found in training.baselines.items():
        path = folder / "baselines" / f"{name}.csv"
        check_predictions(path, found, ids["test"], classes)
    for path in sorted(folder.glob("embeddings/*.safetensors")):
        name = current_names(path.stem.removesuffix("_before"), path.parent)
        if name in ids:
            _check_embeddings(path, len(ids[name]))
    chosen = training.selected
    if not any(
        all(record.get(key) == chosen[key] for key in ("phase", "epoch"))
        for record in training.records
    ):
        raise ValueError(
            f"{folder / 'epochs.jsonl'}: expected a record of the selected epoch "
            f"{chosen['epoch']} of {chosen['phase']!r}, found none in "
            f"{len(training.records)} lines; {AGAIN}"
        )


def _check_embeddings(path, n_expected):
    """Raise ValueError if a file does not have one embedding per prediction."""
    try:
        with safe_open(path, framework="numpy") as file:
            n_found = file.get_slice("embedding").get_shape()[0]
    except SafetensorError as error:
        raise ValueError(
            f"{path}: expected embeddings, found a damaged file ({error}); "
            f"{AGAIN}"
        ) from error
    if n_found != n_expected:
        raise ValueError(
            f"{path}: expected {n_expected} embeddings, one per prediction, "
            f"found {n_found}; {AGAIN}"
        )
