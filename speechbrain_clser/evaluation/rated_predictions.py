"""Predictions files of values: one row per utterance of a split.

Columns: id, corpus, language, speaker, gender, ``target_<dimension>`` of each
dimension, and ``predicted_<dimension>`` of each.
"""

import dataclasses
import os
from collections.abc import Iterable, Mapping

import numpy as np

from speechbrain_clser.evaluation.predictions import (
    AGAIN,
    TEXTS,
    refuse_repeated,
)
from speechbrain_clser.io import read_table, write_table

TARGET, PREDICTED = "target_", "predicted_"


@dataclasses.dataclass(frozen=True, eq=False)
class RatedPredictions:
    """Columns of a predictions file of values.

    Arguments
    ---------
    names : tuple of str
        Dimensions, in the order of the columns of the values.
    id, corpus, language, speaker, gender : numpy.ndarray, (utterances,)
        Text; gender is empty if unknown.
    target, predicted : numpy.ndarray, (utterances, dimensions)
        Values; targets are of 0-1.
    """

    names: tuple
    id: np.ndarray
    corpus: np.ndarray
    language: np.ndarray
    speaker: np.ndarray
    gender: np.ndarray
    target: np.ndarray
    predicted: np.ndarray

    def __len__(self):
        return len(self.id)

    @property
    def classes(self):
        """Names of the outputs, which a run compares with its protocol."""
        return self.names

    def where(self, keep: np.ndarray) -> "RatedPredictions":
        """Select rows by booleans or row numbers, (utterances,)."""
        columns = {
            column.name: getattr(self, column.name)[keep]
            for column in dataclasses.fields(self)
            if column.name != "names"
        }
        return RatedPredictions(names=self.names, **columns)


def write(path: str | os.PathLike, rows: Iterable[Mapping]) -> None:
    """Write a predictions file, or nothing if a row is invalid.

    Arguments
    ---------
    path : path
        File to write; its folder is created.
    rows : iterable of mapping
        Columns of the file by name, the same in each row.

    Raises
    ------
    ValueError
        If the rows are inconsistent; see ``read``.

    Example
    -------
    >>> row = dict(id="x", corpus="demo", language="deu", speaker="demo_1")
    >>> row |= dict(gender="", target_arousal=0.5, predicted_arousal=0.25)
    >>> path = getfixture("tmp_path") / "p.csv"
    >>> write(path, [row])
    >>> read(path).names, read(path).predicted.tolist()
    (('arousal',), [[0.25]])
    """
    rows = list(rows)
    header = [*rows[0]] if rows else []
    lines = [
        [
            str(row[name]) if name in TEXTS else f"{row[name]:.9g}"
            for name in header
        ]
        for row in rows
    ]
    _parse(path, header, lines)
    write_table(path, header, lines)


def read(path: str | os.PathLike) -> RatedPredictions:
    """Read and validate a predictions file.

    Arguments
    ---------
    path : path
        File to read.

    Returns
    -------
    RatedPredictions
        In the order of the file.

    Raises
    ------
    ValueError
        If the file is damaged, a column is missing, an id appears twice, a value
        is no finite number, or the file holds no row.
    """
    return _parse(path, *read_table(path, AGAIN))


def _parse(path, header, lines):
    """Convert cells to columns and validate them."""
    names = tuple(
        name.removeprefix(TARGET) for name in header if name.startswith(TARGET)
    )
    columns = [f"{side}{n}" for side in (TARGET, PREDICTED) for n in names]
    if not names or header != [*TEXTS, *columns]:
        raise ValueError(
            f"{path}: expected the columns {', '.join(TEXTS)}, {TARGET}<name>…, "
            f"{PREDICTED}<name>…, found {header}; {AGAIN}"
        )
    if not lines:
        raise ValueError(
            f"{path}: expected at least one utterance, found none; {AGAIN}"
        )
    refuse_repeated(path, [line[0] for line in lines])
    try:
        values = np.array([line[len(TEXTS) :] for line in lines], float)
    except ValueError as error:
        raise ValueError(
            f"{path}: expected numbers as values, found {error}; {AGAIN}"
        ) from error
    for row in np.flatnonzero(~np.isfinite(values).all(axis=1)):
        raise ValueError(
            f"{path}: expected finite values, found {values[row].tolist()} for "
            f"{lines[row][0]}; {AGAIN}"
        )
    texts = np.array([line[: len(TEXTS)] for line in lines]).T
    return RatedPredictions(
        names,
        **dict(zip(TEXTS, texts, strict=True)),
        target=values[:, : len(names)],
        predicted=values[:, len(names) :],
    )
