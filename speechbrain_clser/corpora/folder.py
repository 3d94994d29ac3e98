"""User-provided data: a folder with a table of files and labels.

The table is a CSV or TSV file in the folder, with a header; ``table.csv`` if there are
several. Required columns are ``path`` (relative to the folder) and ``emotion`` (a
canonical name, a common synonym, or another label; blank for unlabelled recordings).
Optional columns are ``speaker``, ``language`` (a code of ISO 639 or an English name),
``gender``, ``sentence``, ``session``, ``start`` and ``end``, the times in seconds of a
segment of a recording, ``arousal``, ``valence`` and ``dominance``, ratings of 0-1
(blank if there is none), and ``votes``, as ``labels.parse_votes`` reads them. Common
spellings of these names are in ``SPELLINGS``. Other columns are ignored, and named.

Without the column ``speaker``, all files belong to one speaker "unknown": a speaker per
file would falsely indicate speaker-disjoint splits. The default language is "und",
undetermined. Segments of one recording form one session, unless the table has sessions:
splits keep sessions together.
"""

import dataclasses
import logging
import math
import os
import posixpath
import re
from pathlib import Path

from speechbrain_clser.corpora._labels import Labels
from speechbrain_clser.corpora._table import TableCheck, read_table
from speechbrain_clser.data import segment
from speechbrain_clser.data.corpus import AUDIO_SUFFIXES, Card, Corpus
from speechbrain_clser.data.manifest.rows import spelling_key
from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.errors import TableError
from speechbrain_clser.labels import canonical_or_own, parse_votes
from speechbrain_clser.languages import UNDETERMINED, normalise
from speechbrain_clser.tasks import DIMENSIONS

NEEDED = ("path", "emotion")
OPTIONAL = (
    *("speaker", "language", "gender", "sentence", "session", "start", "end"),
    *(*DIMENSIONS, "votes"),
)
SPELLINGS = {
    spelling: name
    for name, spellings in {
        "path": "file filename file_name filepath file_path wav audio",
        "emotion": "label emotion_label",
        "speaker": "speaker_id spk spk_id",
        "language": "lang",
        "gender": "sex",
        "sentence": "text transcript transcription",
        "session": "session_id",
        # Those with "_s" are written by ``clser predict --window-s``.
        "start": "start_s start_time",
        "end": "end_s end_time",
    }.items()
    for spelling in spellings.split()
}
PREFERRED = ("table.csv", "table.tsv")
GENDERS = {"f": "female", "w": "female", "m": "male"}
# Normalisation of values for the comparison of two rows of one recording.
ALIKE = {
    "emotion": canonical_or_own,
    "speaker": spelling_key,
    "gender": lambda gender: GENDERS.get(gender.lower(), gender.lower()),
}


logger = logging.getLogger(__name__)


def corpus(name: str) -> Corpus:
    """Create a corpus of user-provided data.

    Arguments
    ---------
    name : str
        Corpus name, equal to the folder name.

    Returns
    -------
    Corpus
        Its card contains no counts, so none are checked.

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
        f"{name} is not a supported corpus",
        folders=(name,),
        is_own=True,
    )
    return Corpus(card, Labels(), utterances)


def utterances(root):
    """Yield the rows of the table, in file-name order.

    Arguments
    ---------
    root : str or Path
        Folder with the table.

    Yields
    ------
    Utterance
        Its id is derived from the path. Repeated rows are yielded repeatedly.

    Raises
    ------
    FileNotFoundError
        If there is no table.
    TableError
        If there are several tables and none is ``table.csv``, rows or required
        columns are missing, or rows are invalid or contradict others; lists
        all of these rows by line.

    Example
    -------
    >>> root = getfixture("tmp_path")
    >>> _ = (root / "mine.csv").write_text("path;emotion\\na/1.wav;happy\\n")
    >>> next(utterances(root)).id
    'a_1'
    """
    root = Path(root)
    table = _table(root)
    check = TableCheck()
    found, first = [], {}
    for line, row in read_table(table, NEEDED, OPTIONAL, SPELLINGS, check):
        try:
            row["path"], row["times"] = _path(row), _times(table, line, row)
            row["language"] = _language(table, line, row)
            row |= _ratings(table, line, row)
            where = (row["path"], row["times"])
            _refuse_contradiction(table, first.get(where), (line, row))
        except TableError as error:
            check.problems.append(error)
            continue
        first.setdefault(where, (line, row))
        found.append(row)
    check.refuse(table)
    if not found:
        raise TableError(
            f"{table}: expected one line per recording below the header, found "
            f"none; add them"
        )
    if check.ignored:
        logger.warning(
            "%s: ignored columns: %s", table, ", ".join(check.ignored)
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


def transcripts(table) -> dict:
    """Read the transcripts of a table of recordings to classify.

    Arguments
    ---------
    table : str or Path
        CSV or TSV with the columns ``path`` and ``sentence``, or ``text``; others are
        ignored.

    Returns
    -------
    dict
        Absolute path to its transcript; written paths are relative to the working
        directory.

    Raises
    ------
    TableError
        If the table cannot be read, or has two transcripts of one path.

    Example
    -------
    >>> path = getfixture("tmp_path") / "texts.csv"
    >>> _ = path.write_text("file;text\\na.wav;Guten Tag.\\n")
    >>> transcripts(path)[os.path.abspath("a.wav")]
    'Guten Tag.'
    """
    found = {}
    for line, row in read_table(
        Path(table), ("path", "sentence"), (), SPELLINGS
    ):
        path, text = os.path.abspath(row["path"]), row["sentence"]
        if found.setdefault(path, text) != text:
            raise TableError(
                f"{table}, line {line}: expected one transcript of {path}, found "
                f"{text!r} and {found[path]!r}; keep one of them"
            )
    return found


def _table(root):
    """Find the table of a folder."""
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
            f"{', '.join(NEEDED)}, found none; create one"
        )
    by_name = {path.name.lower(): path for path in found}
    preferred = [by_name[name] for name in PREFERRED if name in by_name]
    if len(found) > 1 and not preferred:
        raise TableError(
            f"{root}: expected one .csv or .tsv, or one of several named "
            f"{PREFERRED[0]}, found {', '.join(path.name for path in found)}; "
            f"keep one of them in the folder, or rename it to {PREFERRED[0]}"
        )
    table = (preferred or found)[0]
    if others := [path.name for path in found if path != table]:
        logger.warning("%s: ignored other tables: %s", table, ", ".join(others))
    return table


def _path(row):
    """Return the normalised path of a row, with forward slashes."""
    return posixpath.normpath(row["path"].replace("\\", "/"))


def _language(table, line, row):
    """Return the ISO 639-3 code of the language of a row."""
    try:
        return normalise(row["language"] or UNDETERMINED)
    except ValueError as error:
        raise TableError(f"{table}, line {line}: {error}") from None


def _ratings(table, line, row):
    """Return the ratings of a row, None where there is none, and its votes."""
    found = dict.fromkeys(DIMENSIONS)
    try:
        found["votes"] = parse_votes(row["votes"])
    except ValueError as error:
        raise TableError(f"{table}, line {line}: {error}") from None
    for name in DIMENSIONS:
        if not row[name]:
            continue
        try:
            # With a decimal comma, the separator is another character.
            value = float(row[name].replace(",", "."))
        except ValueError:
            value = math.nan
        if not 0 <= value <= 1:
            raise TableError(
                f"{table}, line {line}: expected a number of 0-1 for {name}, "
                f"found {row[name]!r}; map the scale of your ratings to 0-1, "
                f"such as (rating - 1) / 6 for 1-7"
            )
        found[name] = value
    return found


def _times(table, line, row):
    """Return start and end of a segment in seconds; empty without segment."""
    if not (row["start"] or row["end"]):
        return ()
    times = []
    for name in ("start", "end"):
        try:
            # With a decimal comma, the separator is another character.
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
    """Raise an error for two rows of one recording that differ, if there are two."""
    (line, row), (other_line, other) = first or second, second
    unlike = [
        f"{name} {row[name] or 'none'!r} and {other[name] or 'none'!r}"
        for name in (*NEEDED[1:], *OPTIONAL[:5], *DIMENSIONS, "votes")
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
    """Return the path without audio suffix."""
    stem, _, suffix = path.rpartition(".")
    return stem if f".{suffix.lower()}" in AUDIO_SUFFIXES else path


def _utterance(root, row, is_divided):
    """Convert a row of the table to an utterance."""
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
        language=row["language"],
        gender=ALIKE["gender"](row["gender"]),
        sentence=row["sentence"],
        session=row["session"] or (path if is_divided else ""),
        **{name: row[name] for name in (*DIMENSIONS, "votes")},
    )
