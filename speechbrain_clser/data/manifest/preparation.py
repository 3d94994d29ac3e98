"""Prepare the manifest of a corpus: list, check and write its recordings."""

import dataclasses
import hashlib
import json
import logging
import os
from pathlib import Path

from speechbrain_clser.data import segment
from speechbrain_clser.data.corpus import Corpus, recordings
from speechbrain_clser.data.manifest.checks import (
    check_recordings,
    incomplete,
    off_card,
    unusable,
)
from speechbrain_clser.data.manifest.files import (
    digest,
    report,
    report_of,
    within,
    write,
)
from speechbrain_clser.data.manifest.rows import rows_of
from speechbrain_clser.data.manifest.summary import log_findings, summary

# Incremented by hand when the checks or columns change; old manifests are then
# prepared again.
VERSION = 3


def fingerprint_of(
    corpus: Corpus, rows: list, unlisted: list, root: Path, notes: dict
) -> str:
    """Hash all inputs of a manifest without reading audio, to 16 hexadecimal digits.

    These are the card, the output of ``rows_of``, sizes and times of the files, and the
    recordings that the corpus does not list. Paths are relative: the folder may move.
    """
    spec = [VERSION, dataclasses.asdict(corpus.card), notes]
    for row in rows:
        wav = Path(segment.split(row.wav)[0])
        # Path.exists raises for a name that is too long.
        stat = wav.stat() if os.path.exists(wav) else None
        row = dataclasses.replace(row, wav=within(root, row.wav))
        spec.append(
            [
                _values(row),
                stat and [stat.st_size, stat.st_mtime_ns],
            ]
        )
    spec.append([within(root, file) for file in unlisted])
    return hashlib.sha256(json.dumps(spec).encode()).hexdigest()[:16]


def _values(row):
    """Return the values of a row without trailing ratings that it does not have.

    So manifests of corpora without dimensions and votes stay up to date.
    """
    values = [*dataclasses.astuple(row)]
    while values[-1] in (None, ()):
        values.pop()
    return values


logger = logging.getLogger(__name__)


def prepare(
    corpus: Corpus,
    root,
    manifest_folder,
    allow_bad_files: bool = False,
    listed: tuple | None = None,
) -> Path:
    """Check a corpus and write its manifest, unless it is up to date.

    A manifest is up to date if the fingerprint in its report matches (rows, file
    sizes and times, card, and code version) and the manifest itself is unchanged.

    Arguments
    ---------
    corpus : Corpus
        Corpus to prepare.
    root : str or Path
        Corpus folder.
    manifest_folder : str or Path
        Output folder; created if needed.
    allow_bad_files : bool
        Skip unusable recordings, and accept counts that differ from the card.
        Both are recorded in the report.
    listed : tuple, optional
        Output of ``rows_of``, to list the corpus once.

    Returns
    -------
    Path
        ``<manifest_folder>/<name>.csv``.

    Raises
    ------
    FileNotFoundError
        If the folder does not exist.
    BadAudioError
        If recordings are unusable; lists them by reason.
    ValueError
        If the folder is empty or belongs to another corpus, a label is unknown,
        an id is duplicated, or the counts differ from the card.

    Example
    -------
    >>> import numpy, soundfile
    >>> from speechbrain_clser.data.corpus import Card
    >>> from speechbrain_clser.data.manifest import read
    >>> from speechbrain_clser.data.utterance import Utterance
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
    rows, notes = listed or rows_of(corpus, root)
    files = {Path(segment.split(row.wav)[0]) for row in rows}
    unlisted = [file for file in recordings(root) if file not in files]
    fingerprint = fingerprint_of(corpus, rows, unlisted, root, notes)
    if _is_prepared(path, fingerprint, allow_bad_files):
        log_findings(report(path), path)
        return path
    difference = off_card(corpus.card, rows)
    if difference and not allow_bad_files:
        raise incomplete(difference, root)
    good, bad, suspicious = check_recordings(corpus.card.name, rows)
    if not good or (bad and not allow_bad_files):
        raise unusable(corpus.card.name, bad, len(rows))
    found = {
        **summary(corpus, good, bad, suspicious, difference, unlisted, root),
        **notes,
        "version": VERSION,
        "fingerprint": fingerprint,
    }
    write(path, good, found, root)
    log_findings(found, path)
    return path


def _is_prepared(path, fingerprint, allow_bad_files):
    """Return whether an identical manifest already exists."""
    if not (path.exists() and report_of(path).exists()):
        return False
    try:
        found = report(path)
    except ValueError as error:
        logger.warning("%s", error)
        return False
    if found.get("digest") != digest(path):
        logger.warning("%s: damaged or outdated, writing it again", path)
        return False
    is_whole = not found["left_out"] and found["card"]["agrees"]
    return found["fingerprint"] == fingerprint and (is_whole or allow_bad_files)
