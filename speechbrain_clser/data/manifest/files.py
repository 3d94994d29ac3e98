"""Write and read the files of a manifest: CSV, report and phones."""

import csv
import hashlib
import io
import json
from pathlib import Path

from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.deprecation import MANIFEST_KEYS, current_keys
from speechbrain_clser.io import atomic_write, read_json, remove_stale
from speechbrain_clser.labels import format_votes, parse_votes
from speechbrain_clser.tasks import DIMENSIONS


def within(root: Path, file) -> str:
    """Return a path relative to the root, with forward slashes; unchanged outside of it.

    Example
    -------
    >>> within(Path("/emodb"), "/emodb/wav/03a01Fa.wav")
    'wav/03a01Fa.wav'
    >>> within(Path("/emodb"), "/urdu/SM1.wav")
    '/urdu/SM1.wav'
    """
    file = Path(file)
    return (
        file.relative_to(root).as_posix()
        if file.is_relative_to(root)
        else file.as_posix()
    )


def report_of(path: Path) -> Path:
    """Return the path of the report of a manifest.

    Example
    -------
    >>> report_of(Path("emodb.csv")).name
    'emodb.json'
    """
    return path.with_name(f"{path.stem}.json")


def phones_of(path: Path) -> Path:
    """Return the path of the phones of a manifest.

    Example
    -------
    >>> phones_of(Path("demo.csv")).name
    'demo.phones.json'
    """
    return path.with_name(f"{path.stem}.phones.json")


COLUMNS = (
    "ID",
    "duration",
    "wav",
    "corpus",
    "language",
    "speaker",
    "gender",
    "sentence",
    "session",
    "emotion",
    "raw_emotion",
    "digest",
    "contour",
)


def digest(path: Path) -> str:
    """Compute the digest of a manifest and its phones, 16 hexadecimal digits.

    Example
    -------
    >>> path = getfixture("tmp_path") / "emodb.csv"
    >>> digest(path)
    'e3b0c44298fc1c14'
    """
    found = hashlib.sha256()
    for file in (path, phones_of(path)):
        if file.exists():
            found.update(file.read_bytes())
    return found.hexdigest()[:16]


def write(path: Path, rows: list, report: dict, root: Path) -> None:
    """Write a manifest, its phones and last its report; create the folder if needed.

    The corpus folder ``root`` is written as ``$data_root`` in the CSV; a manifest without
    a report is incomplete.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    remove_stale(path.parent, f"{path.stem}.*")
    atomic_write(path, _csv(rows, root))
    phones = {row.id: row.phones for row in rows if row.phones}
    if not phones:
        phones_of(path).unlink(missing_ok=True)
    else:
        text = json.dumps(phones, ensure_ascii=False)
        atomic_write(phones_of(path), text)
    report = {**report, "digest": digest(path)}
    text = json.dumps(report, indent=1, ensure_ascii=False)
    atomic_write(report_of(path), text)


def read(path, data_root) -> list:
    """Read the utterances of a manifest.

    Arguments
    ---------
    path : str or Path
        The CSV that ``prepare`` returned.
    data_root : str or Path
        Corpus folder, written as ``$data_root`` in the manifest.

    Returns
    -------
    list of Utterance
        With absolute paths, and phones if available.

    Raises
    ------
    FileNotFoundError
        If the manifest does not exist.
    ValueError
        If a column is missing.
    """
    path, data_root = Path(path), str(Path(data_root).absolute())
    phones = {}
    if phones_of(path).exists():
        phones = json.loads(phones_of(path).read_text(encoding="utf-8"))
    with path.open(newline="", encoding="utf-8") as file:
        reader = csv.DictReader(file)
        missing = set(COLUMNS) - set(reader.fieldnames or ())
        if missing:
            raise ValueError(
                f"{path}: expected the columns {', '.join(COLUMNS)}, found no "
                f"{', '.join(sorted(missing))}; delete it and prepare again"
            )
        return [
            _utterance(row, data_root, phones.get(row["ID"], ()))
            for row in reader
        ]


def report(path) -> dict:
    """Read the report of a manifest.

    Arguments
    ---------
    path : str or Path
        The CSV that ``prepare`` returned.

    Returns
    -------
    dict
        Counts (``n_utterances``, ``n_speakers``, ``minutes``, and by name
        ``emotions``, ``own_labels`` (labels outside the canonical emotions),
        ``languages``, ``genders``, ``speakers``), ``card``,
        ``left_out`` with ``left_out_by_reason``, ``suspicious`` (files,
        by a key of ``profile.NOTES``), ``unlisted`` (recordings in the
        folder that the corpus does not list), ``same_recordings`` (ids that
        share all samples), ``several_labels`` (those of them whose labels
        differ), ``repeated`` and ``speaker_spellings`` (see ``rows.rows_of``),
        ``version``, ``fingerprint`` and ``digest`` of the manifest.

    Raises
    ------
    FileNotFoundError
        If the report does not exist.
    ValueError
        If the report is damaged.
    """
    path = report_of(Path(path))
    facts = read_json(path, "prepare the corpus again", dict)
    return current_keys(facts, MANIFEST_KEYS, path)


def _csv(rows, root):
    """Format a manifest as CSV text, with columns of the ratings it has."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    rated = [
        name
        for name in DIMENSIONS
        if any(getattr(row, name) is not None for row in rows)
    ]
    voted = ["votes"] * any(row.votes for row in rows)
    writer.writerow([*COLUMNS, *rated, *voted])
    for row in rows:
        wav = within(root, row.wav)
        writer.writerow(
            [
                row.id,
                f"{row.duration_s:.5f}",
                wav if Path(wav).is_absolute() else f"$data_root/{wav}",
                row.corpus,
                row.language,
                row.speaker,
                row.gender,
                row.sentence,
                row.session,
                row.emotion,
                row.raw_emotion,
                row.digest,
                row.contour,
                *(getattr(row, name) for name in rated),  # None is left blank
                *(format_votes(row.votes) for _ in voted),
            ]
        )
    return text.getvalue()


def _utterance(row, data_root, phones):
    """Convert one line of a manifest to an utterance."""
    return Utterance(
        id=row["ID"],
        wav=row["wav"].replace("$data_root", data_root),
        raw_emotion=row["raw_emotion"],
        speaker=row["speaker"],
        language=row["language"],
        gender=row["gender"],
        sentence=row["sentence"],
        session=row["session"],
        phones=tuple(tuple(phone) for phone in phones),
        corpus=row["corpus"],
        emotion=row["emotion"],
        duration_s=float(row["duration"]),
        digest=row["digest"],
        contour=row["contour"],
        **{name: float(row[name]) for name in DIMENSIONS if row.get(name)},
        votes=parse_votes(row.get("votes") or ""),
    )
