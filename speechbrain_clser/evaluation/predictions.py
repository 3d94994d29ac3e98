"""Predictions files: one row per utterance of a split.

Columns: id, corpus, language, speaker, gender, target, predicted, one ``p_<class>`` per
class, and with the task ``soft`` one ``votes_<class>`` per class, its share of the votes.
Evaluation reads this file, never a model.
"""

import dataclasses
import os
from collections import Counter
from collections.abc import Iterable, Mapping

import numpy as np

from speechbrain_clser.evaluation import metrics
from speechbrain_clser.io import read_table, write_table

TEXTS = ("id", "corpus", "language", "speaker", "gender")
COLUMNS = (*TEXTS, "target", "predicted")
_PREFIX, _VOTES = "p_", "votes_"
_TOLERANCE = 1e-3
# What to do about a damaged file of a run.
AGAIN = "delete it and type the command of train.py again: it is written anew"


@dataclasses.dataclass(frozen=True, eq=False)
class Predictions:
    """Columns of a predictions file.

    Arguments
    ---------
    classes : tuple of str
        In the order of the columns of ``probabilities``.
    id, corpus, language, speaker, gender : numpy.ndarray, (utterances,)
        Text; gender is empty if unknown.
    target, predicted : numpy.ndarray, (utterances,)
        Class indices.
    probabilities : numpy.ndarray, (utterances, classes)
        Each row sums to 1.
    votes : numpy.ndarray, (utterances, classes), optional
        Shares of the votes; each row sums to 1.

    Example
    -------
    >>> text = np.array(["x", "y"])
    >>> scored = Predictions(
    ...     classes=("anger", "neutral"),
    ...     id=text,
    ...     corpus=text,
    ...     language=text,
    ...     speaker=text,
    ...     gender=text,
    ...     target=np.array([0, 1]),
    ...     predicted=np.array([0, 0]),
    ...     probabilities=np.array([[0.9, 0.1], [0.6, 0.4]]),
    ... )
    >>> scored.confusion()
    array([[1, 0],
           [1, 0]])
    >>> len(scored.where(scored.speaker == "y"))
    1
    """

    classes: tuple
    id: np.ndarray
    corpus: np.ndarray
    language: np.ndarray
    speaker: np.ndarray
    gender: np.ndarray
    target: np.ndarray
    predicted: np.ndarray
    probabilities: np.ndarray
    votes: np.ndarray | None = None

    def __len__(self):
        return len(self.id)

    def predicted_by_id(self) -> dict:
        """Return the predicted class of each utterance by id."""
        predicted = np.take(self.classes, self.predicted).tolist()
        return dict(zip(self.id.tolist(), predicted, strict=True))

    def where(self, keep: np.ndarray) -> "Predictions":
        """Select rows.

        Arguments
        ---------
        keep : numpy.ndarray, (utterances,)
            Booleans or row numbers.

        Returns
        -------
        Predictions
            With the same classes.
        """
        columns = {
            column.name: getattr(self, column.name)[keep]
            for column in dataclasses.fields(self)
            if column.name != "classes"
            and getattr(self, column.name) is not None
        }
        return Predictions(classes=self.classes, **columns)

    def confusion(self) -> np.ndarray:
        """Compute the confusion matrix.

        Returns
        -------
        numpy.ndarray, (classes, classes)
            Targets are rows.
        """
        return metrics.confusion_matrix(
            self.target, self.predicted, range(len(self.classes))
        )


def write(path: str | os.PathLike, rows: Iterable[Mapping]) -> None:
    """Write a predictions file, or nothing if a row is invalid.

    Arguments
    ---------
    path : path
        File to write; its folder is created.
    rows : iterable of mapping
        Columns of the file by name. ``target`` and ``predicted`` are names of
        classes; the classes are those of the ``p_<class>`` keys of the first
        row, in their order.

    Raises
    ------
    ValueError
        If the rows are inconsistent; see ``read``.

    Example
    -------
    >>> row = dict(id="x", corpus="demo", language="deu", speaker="demo_1")
    >>> row |= dict(gender="", target="anger", predicted="neutral")
    >>> folder = getfixture("tmp_path")
    >>> write(folder / "p.csv", [row | {"p_anger": 0.25, "p_neutral": 0.75}])
    >>> print((folder / "p.csv").read_text().splitlines()[1])
    x,demo,deu,demo_1,,anger,neutral,0.25,0.75
    """
    rows = list(rows)
    header = _header(path, rows)
    lines = [[_cell(row, name, path) for name in header] for row in rows]
    _parse(path, header, lines)
    write_table(path, header, lines)


def read(path: str | os.PathLike) -> Predictions:
    """Read and validate a predictions file.

    Arguments
    ---------
    path : path
        File to read.

    Returns
    -------
    Predictions
        In the order of the file.

    Raises
    ------
    ValueError
        If the file is damaged, a column is missing, an id appears twice, a
        name is no class, probabilities or shares of votes do not sum to 1 within
        0.001, the predicted class is not the most probable one or the target not
        the most voted one, or the file holds no row.

    Example
    -------
    >>> path = getfixture("tmp_path") / "p.csv"
    >>> _ = path.write_text(
    ...     "id,corpus,language,speaker,gender,target,predicted,p_fear,p_calm\\n"
    ...     "x,demo,deu,demo_1,female,fear,calm,0.25,0.75\\n"
    ... )
    >>> scored = read(path)
    >>> scored.classes, scored.predicted.tolist()
    (('fear', 'calm'), [1])
    """
    return _parse(path, *read_table(path, AGAIN))


def _header(path, rows):
    """Return the columns of a file from the keys of its first row."""
    keys = list(rows[0]) if rows else []
    shares = [key for key in keys if key.startswith((_PREFIX, _VOTES))]
    return [*COLUMNS, *shares]


def _cell(row, name, path):
    """Format one cell; nine digits represent float32 exactly."""
    if name not in row:
        raise _error(
            path, f"the keys {', '.join(COLUMNS)}, p_<class>", f"no {name!r}"
        )
    value = row[name]
    return str(value) if name in COLUMNS else f"{value:.9g}"


def _parse(path, header, lines):
    """Convert cells to columns and validate them."""
    n_texts = len(COLUMNS)
    shares = header[n_texts:]
    classes = tuple(
        name.removeprefix(_PREFIX)
        for name in shares
        if name.startswith(_PREFIX)
    )
    expected = [f"{_PREFIX}{name}" for name in classes]
    has_votes = len(shares) > len(classes)
    if has_votes:
        expected += [f"{_VOTES}{name}" for name in classes]
    if header != [*COLUMNS, *expected] or not classes:
        raise _error(
            path, f"the columns {', '.join(COLUMNS)}, p_<class>…", f"{header}"
        )
    if not lines:
        raise _error(path, "at least one utterance", "none")
    *texts, target, predicted = zip(
        *(line[:n_texts] for line in lines), strict=True
    )
    texts = dict(zip(TEXTS, map(np.array, texts), strict=True))
    refuse_repeated(path, texts["id"].tolist())
    unknown = {*target, *predicted} - {*classes}
    if unknown:
        raise _error(
            path, f"classes among {list(classes)}", f"{sorted(unknown)}"
        )
    try:
        values = np.array([line[n_texts:] for line in lines], float)
    except ValueError as error:
        raise _error(path, "numbers as probabilities", str(error)) from error
    scored = Predictions(
        classes=classes,
        target=np.array([classes.index(name) for name in target]),
        predicted=np.array([classes.index(name) for name in predicted]),
        probabilities=values[:, : len(classes)],
        votes=values[:, len(classes) :] if has_votes else None,
        **texts,
    )
    args = scored.probabilities, scored.predicted
    _check_shares(path, scored, *args, "probabilities", "probable", "predicted")
    if has_votes:
        args = scored.votes, scored.target, "shares of votes", "voted", "target"
        _check_shares(path, scored, *args)
    return scored


def refuse_repeated(path, ids):
    """Raise ValueError if an id of a predictions file appears twice."""
    repeated = [name for name, count in Counter(ids).items() if count > 1]
    if repeated:
        raise _error(path, "every id once", f"{repeated[0]} several times")


def _check_shares(path, scored, shares, chosen, name, most, column):
    """Check the sums of probabilities or votes, and the classes with most of them."""
    sums, negative = shares.sum(axis=1), (shares < 0).any(axis=1)
    for row in np.flatnonzero(~(np.abs(sums - 1) <= _TOLERANCE) | negative):
        raise _error(
            path,
            f"{name} of 0-1 that sum to 1 within {_TOLERANCE}",
            f"{shares[row].tolist()} for {scored.id[row]}",
        )
    found = shares[np.arange(len(scored)), chosen]
    for row in np.flatnonzero(found < shares.max(axis=1)):
        raise _error(
            path,
            f"the most {most} class as {column}",
            f"{scored.classes[chosen[row]]!r} with {found[row]:.6g} for "
            f"{scored.id[row]}",
        )


def _error(path, expected, found):
    """Return the error about an invalid predictions file."""
    return ValueError(f"{path}: expected {expected}, found {found}; {AGAIN}")
