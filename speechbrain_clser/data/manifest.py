"""Manifests: every recording of a corpus checked once, then listed in a CSV.

A corpus only tells what is in it. Here its rows are held against its card and
its labels, its recordings are read from the first sample to the last, and what
is good is written as a CSV that SpeechBrain reads. Beside ``<name>.csv`` lie
``<name>.json``, the manifest's report, and, where a corpus knows them,
``<name>.phones.json`` with the phones of each utterance.
"""

import collections
import csv
import dataclasses
import hashlib
import io
import json
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tqdm import tqdm

from speechbrain_clser.data.audio import check
from speechbrain_clser.data.corpus import Corpus, recordings
from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.errors import BadAudioError

logger = logging.getLogger(__name__)

# Raised by hand when the checks or the columns change: old manifests are then
# prepared again.
VERSION = 1

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
)
N_LISTED = 10
GO_ON = "--allow_bad_files True"


def prepare(
    corpus: Corpus, root, manifest_folder, allow_bad_files: bool = False
) -> Path:
    """Check a corpus and write its manifest, unless that has been done.

    "Done" means that the fingerprint in the report agrees: rows, sizes and
    times of the files, card, and version of this code.

    Arguments
    ---------
    corpus : Corpus
        What to prepare.
    root : str or Path
        Its folder.
    manifest_folder : str or Path
        Where manifests are written; made if need be.
    allow_bad_files : bool
        Go on without recordings that cannot be used, and with fewer or more
        than the card promises. Both are counted in the report.

    Returns
    -------
    Path
        ``<manifest_folder>/<name>.csv``.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist.
    BadAudioError
        If recordings cannot be used; lists them by reason.
    ValueError
        If the folder is empty or another corpus's, a label is unknown, an id
        comes twice, or the counts are not those of the card.

    Example
    -------
    >>> from speechbrain_clser.data.corpus import Card
    >>> import numpy, soundfile
    >>> root = getfixture("tmp_path")
    >>> soundfile.write(root / "f_hi.wav", numpy.full(8000, 0.1), 16000)
    >>> card = Card("toy", "Toy", ("eng",), 1, 1, "acted", "", "", "", ("toy",))
    >>> def utterances(root):
    ...     yield Utterance("f_hi", str(root / "f_hi.wav"), "hi", "f", "eng")
    >>> toy = Corpus(card, {"hi": "happiness"}, utterances)
    >>> path = prepare(toy, root, root / "manifests")
    >>> read(path, root)[0].speaker
    'toy_f'
    """
    root = Path(root).absolute()
    path = Path(manifest_folder, f"{corpus.card.name}.csv")
    rows = _list(corpus, root)
    files = {Path(row.wav) for row in rows}
    strays = [file for file in recordings(root) if file not in files]
    fingerprint = _fingerprint(corpus, rows, strays, root)
    if _is_prepared(path, fingerprint, allow_bad_files):
        _tell(report(path), path)
        return path
    off_card = _off_card(corpus.card, rows)
    if off_card and not allow_bad_files:
        raise ValueError(f"{off_card}; is the download whole? {_go_on(root)}")
    good, bad = _listen(corpus.card.name, rows)
    if not good or (bad and not allow_bad_files):
        raise _bad_files(corpus.card.name, bad, len(rows))
    told = {
        **_summary(corpus, good, bad, off_card, root),
        "strays": {
            "n": len(strays),
            "examples": [_within(root, file) for file in strays[:N_LISTED]],
        },
        "version": VERSION,
        "fingerprint": fingerprint,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    _write(path, _csv(good, root))
    phones = {row.id: row.phones for row in good if row.phones}
    _phones_of(path).unlink(missing_ok=True)
    if phones:
        _write(_phones_of(path), json.dumps(phones, ensure_ascii=False))
    _write(_report_of(path), json.dumps(told, indent=1, ensure_ascii=False))
    _tell(told, path)
    return path


def read(path, data_root) -> list:
    """Read a manifest back as utterances.

    Arguments
    ---------
    path : str or Path
        The CSV that ``prepare`` returned.
    data_root : str or Path
        Folder of the corpus, which the manifest calls ``$data_root``.

    Returns
    -------
    list of Utterance
        With absolute paths, and phones where they are known.

    Raises
    ------
    FileNotFoundError
        If there is no such manifest.
    ValueError
        If it lacks a column.
    """
    path, data_root = Path(path), str(Path(data_root).absolute())
    phones = {}
    if _phones_of(path).exists():
        phones = json.loads(_phones_of(path).read_text(encoding="utf-8"))
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
    """Read the report that lies beside a manifest.

    Arguments
    ---------
    path : str or Path
        The CSV that ``prepare`` returned.

    Returns
    -------
    dict
        Counts (``n_utterances``, ``n_speakers``, ``minutes``, and by name
        ``emotions``, ``languages``, ``genders``, ``speakers``), ``card``,
        ``left_out`` with ``left_out_by_reason``, ``strays`` (recordings in the
        folder that are none of the corpus), ``same_recordings`` (ids that
        share all samples), ``version`` and ``fingerprint``.

    Raises
    ------
    FileNotFoundError
        If nothing was prepared there.
    """
    return json.loads(_report_of(Path(path)).read_text(encoding="utf-8"))


def _list(corpus, root):
    """Rows of a corpus with prefixes and canonical emotions, all checked."""
    name = corpus.card.name
    raw = list(corpus.utterances(root))
    if not raw:
        raise _nothing(corpus.card, root)
    rows, seen = [], {}
    for row in raw:
        row = dataclasses.replace(
            row,
            id=f"{name}_{row.id}",
            speaker=f"{name}_{row.speaker}",
            corpus=name,
            emotion=_emotion(corpus, row),
        )
        if row.id in seen:
            raise ValueError(
                f"{name}: expected every id once, found {row.id} as "
                f"{seen[row.id]} and as {row.wav}; does the corpus lie in "
                f"{root} twice? Keep one copy, or give the folder of one"
            )
        seen[row.id] = row.wav
        rows.append(row)
    return rows


def _nothing(card, root):
    """Why a folder holds no utterance of a corpus."""
    if not root.is_dir():
        return FileNotFoundError(
            f"{card.name}: expected its folder at {root}, found none; "
            f"correct --data_folder"
        )
    found = [path.name for path in recordings(root)]
    if not found:
        return ValueError(
            f"{card.name}: expected recordings in {root}, found none; is the "
            f"archive unpacked? {card.title}: {card.address}"
        )
    return ValueError(
        f"{card.name}: expected names such as {card.example} in {root}, found "
        f"{len(found)} recordings, none of that form, such as "
        f"{', '.join(found[:3])}; is it the folder of another corpus?"
    )


def _emotion(corpus, row):
    """Canonical emotion of a row."""
    try:
        return corpus.emotions[row.raw_emotion]
    except KeyError:
        raise ValueError(
            f"{corpus.card.name}: expected a label among "
            f"{', '.join(sorted(corpus.emotions))}, found {row.raw_emotion!r} "
            f"for {row.id} ({row.wav}); correct the label or the name"
        ) from None


def _fingerprint(corpus, rows, strays, root):
    """Digest of all that a manifest is made from, without reading sound."""
    spec = [VERSION, dataclasses.asdict(corpus.card)]
    for row in rows:
        wav = Path(row.wav)
        stat = wav.stat() if wav.exists() else None
        row = dataclasses.replace(row, wav=_within(root, wav))
        spec.append(
            [
                dataclasses.astuple(row),
                stat and [stat.st_size, stat.st_mtime_ns],
            ]
        )
    spec.append([_within(root, file) for file in strays])
    return hashlib.sha256(json.dumps(spec).encode()).hexdigest()[:16]


def _is_prepared(path, fingerprint, allow_bad_files):
    """Whether a manifest is there that this call would write again."""
    if not (path.exists() and _report_of(path).exists()):
        return False
    told = report(path)
    is_whole = not told["left_out"] and told["card"]["agrees"]
    return told["fingerprint"] == fingerprint and (is_whole or allow_bad_files)


def _off_card(card, rows):
    """In what the counts differ from the card; empty when they agree."""
    n_speakers = len({row.speaker for row in rows})
    promised = (
        card.n_utterances or len(rows),
        card.n_speakers or n_speakers,
    )
    if (len(rows), n_speakers) == promised:
        return ""
    return (
        f"{card.name}: expected {promised[0]} utterances of {promised[1]} "
        f"speakers as published, found {len(rows)} of {n_speakers}"
    )


def _listen(name, rows):
    """Read all recordings; rows that are good, and (row, error) of the bad."""

    def listen(row):
        try:
            duration_s, digest = check(row.wav)
        except BadAudioError as error:
            return row, error
        row = dataclasses.replace(row, duration_s=duration_s, digest=digest)
        return row, None

    # soundfile and the digest both let other threads run.
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        heard = list(
            tqdm(
                pool.map(listen, rows),
                desc=f"Checking {name}",
                total=len(rows),
                unit="file",
                disable=None,
            )
        )
    good = [row for row, error in heard if error is None]
    return good, [(row, error) for row, error in heard if error is not None]


def _bad_files(name, bad, n_rows):
    """One error for all recordings that cannot be used."""
    counts = collections.Counter(error.reason for _, error in bad)
    reasons = ", ".join(f"{n} {reason}" for reason, n in sorted(counts.items()))
    lines = [f"  {error.reason}: {error}" for _, error in bad[:N_LISTED]]
    if len(bad) > N_LISTED:
        lines.append(f"  and {len(bad) - N_LISTED} more")
    listing = "\n".join(lines)
    advice = (
        f"Mend them, or leave them out with {GO_ON}"
        if len(bad) < n_rows
        else "No recording is left to go on with"
    )
    return BadAudioError(
        ", ".join(sorted(counts)),
        f"{name}: expected {n_rows} recordings that can be used, found "
        f"{len(bad)} that cannot ({reasons}):\n{listing}\n{advice}",
    )


def _go_on(root):
    """What to do about a corpus that is not as published."""
    return f"Complete {root}, or take it as it is with {GO_ON}"


def _summary(corpus, good, bad, off_card, root):
    """What the manifest holds and what it leaves out."""
    digests = collections.defaultdict(list)
    for row in good:
        digests[row.digest].append(row.id)
    return {
        "corpus": corpus.card.name,
        "title": corpus.card.title,
        "licence": corpus.card.licence,
        "n_utterances": len(good),
        "n_speakers": len({row.speaker for row in good}),
        "minutes": round(sum(row.duration_s for row in good) / 60, 1),
        "emotions": _count(row.emotion for row in good),
        "languages": _count(row.language for row in good),
        "genders": _count(row.gender for row in good),
        "speakers": _count(row.speaker for row in good),
        "card": {
            "n_utterances": corpus.card.n_utterances,
            "n_speakers": corpus.card.n_speakers,
            "agrees": not off_card,
            "sentence": off_card,
        },
        "left_out_by_reason": _count(error.reason for _, error in bad),
        "left_out": [
            {
                "id": row.id,
                "file": _within(root, row.wav),
                "reason": error.reason,
                "message": str(error),
            }
            for row, error in bad
        ],
        "same_recordings": [ids for ids in digests.values() if len(ids) > 1],
    }


def _count(values):
    """How often each value comes, by name."""
    return dict(sorted(collections.Counter(values).items()))


def _tell(told, path):
    """Log what a manifest holds, and warn of what it does not, every time."""
    logger.info(
        "%s: %d utterances of %d speakers, %.1f minutes -> %s",
        told["corpus"],
        told["n_utterances"],
        told["n_speakers"],
        told["minutes"],
        path,
    )
    if not told["card"]["agrees"]:
        logger.warning("%s", told["card"]["sentence"])
    if told["left_out"]:
        reasons = told["left_out_by_reason"].items()
        logger.warning(
            "%s: left out %s; see %s",
            told["corpus"],
            ", ".join(f"{n} {reason}" for reason, n in reasons),
            _report_of(path),
        )
    if told["strays"]["n"]:
        logger.warning(
            "%s: %d recordings in its folder are none of its own, such as %s",
            told["corpus"],
            told["strays"]["n"],
            told["strays"]["examples"][0],
        )


def _csv(rows, root):
    """The manifest as text."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        wav = _within(root, row.wav)
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
            ]
        )
    return text.getvalue()


def _utterance(row, data_root, phones):
    """One line of a manifest as an utterance."""
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
    )


def _within(root, file):
    """Path from the root on, with slashes; whole when it lies elsewhere."""
    file = Path(file)
    return (
        file.relative_to(root).as_posix()
        if file.is_relative_to(root)
        else file.as_posix()
    )


def _report_of(path):
    """The report that lies beside a manifest."""
    return path.with_name(f"{path.stem}.json")


def _phones_of(path):
    """The phones that lie beside a manifest."""
    return path.with_name(f"{path.stem}.phones.json")


def _write(path, text):
    """Write a file in one go: whoever looks finds all of it or nothing."""
    half = path.with_name(f"{path.name}.{os.getpid()}.half")
    half.write_text(text, encoding="utf-8", newline="")
    os.replace(half, path)
