"""Anybody's own data: a folder with one table that says what the files are.

The table is a CSV or TSV file in the folder, in UTF-8, with a header. Needed are
the columns ``path`` (within the folder) and ``emotion`` (a canonical name, a
common synonym, or a label of its own that a protocol lists; blank where there is
no label); ``speaker``, ``language`` (ISO
639-3), ``gender``, ``sentence`` and ``session`` are used when they are there,
other columns are not looked at.

Without speakers all files belong to one speaker called "unknown": to make one
of each file would let a split look speaker-disjoint that is not. Without a
language it is "und", undetermined.
"""

import csv
import dataclasses
import io
import re
from pathlib import Path

from speechbrain_clser.data.corpus import AUDIO_SUFFIXES, Card, Corpus
from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.labels import CANONICAL, SYNONYMS, canonical_or_own

NEEDED = ("path", "emotion")
OPTIONAL = ("speaker", "language", "gender", "sentence", "session")
GENDERS = {"f": "female", "w": "female", "m": "male"}


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
        Its id is made from the path.

    Raises
    ------
    FileNotFoundError
        If there is no table.
    ValueError
        If there are several, or a row, a needed column or a path is missing.

    Example
    -------
    >>> root = getfixture("tmp_path")
    >>> _ = (root / "mine.csv").write_text("path;emotion\\na/1.wav;happy\\n")
    >>> next(utterances(root)).id
    'a_1'
    """
    root = Path(root)
    table = _table(root)
    rows = [_utterance(root, row) for row in _read(table)]
    if not rows:
        raise ValueError(
            f"{table}: expected a line per recording below the header, found "
            f"none; write them"
        )
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
        raise ValueError(
            f"{root}: expected one .csv or .tsv, found "
            f"{', '.join(path.name for path in found)}; leave one of them here"
        )
    return found[0]


def _read(table):
    """Rows of a table as dicts of the known columns."""
    try:
        text = table.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{table}: expected UTF-8, found byte {error.start} that is not; "
            f"save the table as UTF-8"
        ) from error
    header = text.partition("\n")[0]
    separator = max("\t;,", key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=separator)
    found = [name.strip().lower() for name in reader.fieldnames or ()]
    missing = [name for name in NEEDED if name not in found]
    if missing:
        raise ValueError(
            f"{table}: expected the columns {', '.join(NEEDED)} (and maybe "
            f"{', '.join(OPTIONAL)}), found {', '.join(found) or 'no header'}; "
            f"add {' and '.join(missing)}"
        )
    reader.fieldnames = found
    for row in reader:
        row = {
            name: (row.get(name) or "").strip() for name in NEEDED + OPTIONAL
        }
        if not row["path"]:
            raise ValueError(
                f"{table}, line {reader.line_num}: expected a value for "
                f"path, found none; fill it in or take the line out"
            )
        yield row


def _stem(path):
    """The path without the suffix of a recording."""
    stem, _, suffix = path.rpartition(".")
    return stem if f".{suffix.lower()}" in AUDIO_SUFFIXES else path


def _utterance(root, row):
    """One row of the table as an utterance."""
    path = row["path"].replace("\\", "/")
    gender = row["gender"].lower()
    return Utterance(
        id=re.sub(r"[^\w.-]+", "_", _stem(path)),
        wav=str(root / path),
        raw_emotion=row["emotion"],
        speaker=row["speaker"] or "unknown",
        language=row["language"] or "und",
        gender=GENDERS.get(gender, gender),
        sentence=row["sentence"],
        session=row["session"],
    )
