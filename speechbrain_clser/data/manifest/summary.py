"""Count and log the contents and the omissions of a manifest."""

import collections
import logging
from pathlib import Path

from speechbrain_clser.data.corpus import Corpus
from speechbrain_clser.data.manifest.checks import N_LISTED
from speechbrain_clser.data.manifest.files import report_of, within
from speechbrain_clser.data.profile import NOTES
from speechbrain_clser.labels import CANONICAL, near
from speechbrain_clser.printable import pluralise

logger = logging.getLogger(__name__)


def summary(
    corpus: Corpus,
    good: list,
    bad: list,
    notes: dict,
    off_card: str,
    unlisted: list,
    root: Path,
) -> dict:
    """Count the contents and the omissions of a manifest.

    ``bad`` are skipped rows with their errors, ``notes`` maps keys of ``profile.NOTES`` to
    suspicious rows, ``off_card`` describes how the counts differ from the card, ``unlisted``
    are recordings of the folder that the corpus does not list. Returns the report without
    notes on rows, version and fingerprint; see ``report``.
    """
    digests = collections.defaultdict(list)
    for row in good:
        digests[row.digest].append(row)
    same = [rows for rows in digests.values() if len(rows) > 1]
    return {
        "corpus": corpus.card.name,
        "title": corpus.card.title,
        "licence": corpus.card.licence,
        "n_utterances": len(good),
        "n_speakers": len({row.speaker for row in good}),
        "minutes": round(sum(row.duration_s for row in good) / 60, 1),
        "emotions": _count(row.emotion for row in good),
        "own_labels": _count(
            row.emotion for row in good if row.emotion not in ("", *CANONICAL)
        ),
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
                "file": within(root, row.wav),
                "reason": error.reason,
                "message": str(error),
            }
            for row, error in bad
        ],
        "suspicious": {
            note: [within(root, row.wav) for row in rows]
            for note, rows in sorted(notes.items())
        },
        "same_recordings": [[row.id for row in rows] for rows in same],
        "several_labels": [
            {row.id: row.emotion for row in rows}
            for rows in same
            if len({row.emotion for row in rows}) > 1
        ],
        "unlisted": {
            "n": len(unlisted),
            "examples": [within(root, file) for file in unlisted[:N_LISTED]],
        },
    }


def log_findings(facts: dict, path: Path) -> None:
    """Log the contents of a manifest, and warn about omissions and suspicious rows."""
    logger.info(
        "%s: %s of %s, %.1f minutes -> %s",
        facts["corpus"],
        pluralise(facts["n_utterances"], "utterance"),
        pluralise(facts["n_speakers"], "speaker"),
        facts["minutes"],
        path,
    )
    if not facts["card"]["agrees"]:
        logger.warning("%s", facts["card"]["sentence"])
    if facts["left_out"]:
        reasons = facts["left_out_by_reason"].items()
        logger.warning(
            "%s: left out %s; see %s",
            facts["corpus"],
            ", ".join(f"{n} {reason}" for reason, n in reasons),
            report_of(path),
        )
    for sentence in _notes(facts, path):
        logger.warning("%s: %s", facts["corpus"], sentence)


def _notes(facts, path):
    """List warnings about suspicious rows."""
    if own := facts["own_labels"]:
        labels = [f"{label}{near(label)} {n}" for label, n in own.items()]
        yield (
            f"labels outside the known emotions: {_listed(labels)}. A protocol "
            f"leaves these rows out, or uses them with `labels`, "
            f"`merge_classes`, or `classes` and `own_classes: true`"
        )
    for note, files in facts["suspicious"].items():
        yield (
            f"{pluralise(len(files), 'recording')} with {NOTES[note]}, such as "
            f"{files[0]}; see suspicious in {report_of(path)}"
        )
    if repeated := facts["repeated"]:
        yield (
            f"{pluralise(len(repeated), 'row')} listed again with the same values, "
            f"used once: {_listed(repeated)}"
        )
    if spellings := facts["speaker_spellings"]:
        names = [" = ".join([name, *more]) for name, more in spellings.items()]
        yield (
            f"spellings merged into one speaker: {_listed(names)}. If they are "
            f"different people, give them names that differ in letters or "
            f"digits"
        )
    if unlike := facts["several_labels"]:
        rows = [
            " = ".join(f"{i} ({e or 'no label'})" for i, e in labels.items())
            for labels in unlike
        ]
        yield (
            f"{pluralise(len(unlike), 'recording')} listed under several names "
            f"with different labels: {_listed(rows)}. The samples are the "
            f"same: correct the labels, or keep one row of each"
        )
    if n_same := len(facts["same_recordings"]) - len(unlike):
        yield (
            f"{pluralise(n_same, 'recording')} listed under several names with one "
            f"label; see same_recordings in {report_of(path)}"
        )
    if n_unlisted := facts["unlisted"]["n"]:
        yield (
            f"{pluralise(n_unlisted, 'recording')} in its folder not listed in "
            f"its table, such as "
            f"{facts['unlisted']['examples'][0]}"
        )


def _listed(names):
    """Format the first few names."""
    more = len(names) - N_LISTED
    listed = ", ".join(names[:N_LISTED])
    return f"{listed} and {more} more" if more > 0 else listed


def _count(values):
    """Count each value, sorted by name."""
    return dict(sorted(collections.Counter(values).items()))
