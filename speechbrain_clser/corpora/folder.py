"""Anybody's own data: a folder with one table that says what the files are.

The table is a CSV or TSV file in the folder, with a header. Needed are the
columns ``path`` (within the folder) and ``emotion`` (a canonical name, a common
synonym, or a label of its own that a protocol lists; blank where there is no
label); ``speaker``, ``language``, ``gender``, ``sentence`` and ``session`` are
used when they are there, and so are ``start`` and ``end``, the seconds of a
segment of a recording. Other columns are not looked at.

Without speakers all files belong to one speaker called "unknown": to make one
of each file would let a split look speaker-disjoint that is not. Without a
language it is "und", undetermined. Segments of one recording are one session,
unless the table names sessions: a split keeps them together.
"""

import dataclasses
import math
import posixpath
import re
from pathlib import Path

from speechbrain_clser.corpora._table import read_table
from speechbrain_clser.data import segment
from speechbrain_clser.data.corpus import AUDIO_SUFFIXES, Card, Corpus
from speechbrain_clser.data.manifest.names import spelling_key
from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.errors import TableError
from speechbrain_clser.labels import CANONICAL, SYNONYMS, canonical_or_own
from speechbrain_clser.languages import normalise

NEEDED = ("path", "emotion")
OPTIONAL = (
    *("speaker", "language", "gender", "sentence", "session", "start", "end"),
)
# As ``clser predict --window-s`` calls them.
RENAMED = {"start_s": "start", "end_s": "end"}
GENDERS = {"f": "female", "w": "female", "m": "male"}
# How two rows of one recording are compared: values that are read alike agree.
ALIKE = {
    "emotion": canonical_or_own,
    "speaker": spelling_key,
    "language": normalise,
    "gender": lambda gender: GENDERS.get(gender.lower(), gender.lower()),
}


class Labels(dict):
    """Canonical emotions, their synonyms and own labels; blank is none."""

    def __missing__(self, label):
        """Look the label up as ``labels.canonical_or_own`` does."""
        return canonical_or_own(label)


def corpus(name: str) -> Corpus:
    """Describe somebody's own data as a corpus of that name.

    Arguments
    ---------
    name : str
        Free to choose; the folder goes by it.

    Returns
    -------
    Corpus
        Its card promises no counts, so none are checked.

    Example
    -------
    >>> mine = corpus("mine")
    >>> mine.emotions["Angry"], mine.card.n_utterances
    ('anger', None)
    """
    card = Card(
        name=name,
        title=f"{name} (own data)",
        languages=(),
        n_utterances=None,
        n_speakers=None,
        elicitation="unknown",
        licence="unknown",
        citation="",
        address=f"a folder {name} with a table of path and emotion, as "
        f"{name} is none of the shipped corpora",
        folders=(name,),
        is_own=True,
    )
    emotions = Labels({emotion: emotion for emotion in CANONICAL} | SYNONYMS)
    return Corpus(card, emotions, utterances)


def utterances(root):
    """Yield the rows of the table, in file-name order.

    Arguments
    ---------
    root : str or Path
        The folder with the table.

    Yields
    ------
    Utterance
        Its id is made from the path. A row that is listed several times comes
        as often.

    Raises
    ------
    FileNotFoundError
        If there is no table.
    TableError
        If there are several, a row or a needed column is missing, or a row
        cannot be understood or contradicts another one; names the lines.

    Example
    -------
    >>> root = getfixture("tmp_path")
    >>> _ = (root / "mine.csv").write_text("path;emotion\\na/1.wav;happy\\n")
    >>> next(utterances(root)).id
    'a_1'
    """
    root = Path(root)
    table = _table(root)
    found, first = [], {}
    for line, row in read_table(table, NEEDED, OPTIONAL, RENAMED):
        row["path"], row["times"] = _path(row), _times(table, line, row)
        where = (row["path"], row["times"])
        if where in first:
            _refuse_contradiction(table, first[where], (line, row))
        first.setdefault(where, (line, row))
        found.append(row)
    if not found:
        raise TableError(
            f"{table}: expected a line per recording below the header, found "
            f"none; write them"
        )
    divided = {row["path"] for row in found if row["times"]}
    rows = [_utterance(root, row, row["path"] in divided) for row in found]
    rows.sort(key=lambda row: (Path(row.wav).name, row.wav))
    paths = {}
    for row in rows:
        # "a/1.wav" and "a_1.wav" give the same id.
        known = paths.setdefault(row.id, {})
        n = known.setdefault(row.wav, len(known) + 1)
        yield row if n == 1 else dataclasses.replace(row, id=f"{row.id}_{n}")


def _table(root):
    """The one table of a folder."""
    if not root.is_dir():
        raise FileNotFoundError(
            f"{root}: expected a folder with a table, found none; "
            f"correct --data_folder"
        )
    found = [
        path
        for path in sorted(root.iterdir())
        if path.suffix.lower() in (".csv", ".tsv")
        and not path.name.startswith(".")
    ]
    if not found:
        raise FileNotFoundError(
            f"{root}: expected one .csv or .tsv with the columns "
            f"{', '.join(NEEDED)}, found none; write one"
        )
    if len(found) > 1:
        raise TableError(
            f"{root}: expected one .csv or .tsv, found "
            f"{', '.join(path.name for path in found)}; leave one of them here"
        )
    return found[0]


def _path(row):
    """The path of a row, with slashes and without detours."""
    return posixpath.normpath(row["path"].replace("\\", "/"))


def _times(table, line, row):
    """Start and end of a segment in seconds; empty for a whole recording."""
    if not (row["start"] or row["end"]):
        return ()
    times = []
    for name in ("start", "end"):
        try:
            # Where the decimal sign is a comma, the separator is another.
            value = float(row[name].replace(",", ".") or "nan")
        except ValueError:
            value = -1.0
        if value < 0 or math.isinf(value) or (row[name] and math.isnan(value)):
            raise TableError(
                f"{table}, line {line}: expected seconds such as 1.5 for "
                f"{name}, found {row[name]!r}; correct it"
            )
        times.append(value)
    start, end = times
    start = 0.0 if math.isnan(start) else start
    if end <= start:
        raise TableError(
            f"{table}, line {line}: expected an end after the start, found "
            f"{row['start'] or 0} to {row['end']}; correct them"
        )
    return start, None if math.isnan(end) else end


def _refuse_contradiction(table, first, second):
    """Stop at two rows of one recording that do not say the same."""
    (line, row), (other_line, other) = first, second
    unlike = [
        f"{name} {row[name] or 'none'!r} and {other[name] or 'none'!r}"
        for name in (*NEEDED[1:], *OPTIONAL[:5])
        if ALIKE.get(name, str)(row[name]) != ALIKE.get(name, str)(other[name])
    ]
    if unlike:
        raise TableError(
            f"{table}, lines {line} and {other_line}: expected one row for "
            f"{row['path']}, found two that differ ({', '.join(unlike)}); keep "
            f"one of them, or give segments of one recording the columns start "
            f"and end, in seconds"
        )


def _stem(path):
    """The path without the suffix of a recording."""
    stem, _, suffix = path.rpartition(".")
    return stem if f".{suffix.lower()}" in AUDIO_SUFFIXES else path


def _utterance(root, row, is_divided):
    """One row of the table as an utterance."""
    path, name = row["path"], _stem(row["path"])
    wav = str(root / path)
    if row["times"]:
        wav = segment.join(wav, *row["times"])
        name += "_" + segment.join("", *row["times"]).removeprefix("#t=")
    return Utterance(
        id=re.sub(r"[^\w.-]+", "_", name.replace(",", "-")),
        wav=wav,
        raw_emotion=row["emotion"],
        speaker=row["speaker"] or "unknown",
        language=row["language"] or "und",
        gender=ALIKE["gender"](row["gender"]),
        sentence=row["sentence"],
        session=row["session"] or (path if is_divided else ""),
    )
