"""What a manifest holds and what it leaves out: counted, and told."""

import collections
import logging
from pathlib import Path

from speechbrain_clser.data.corpus import Corpus
from speechbrain_clser.data.manifest.checks import N_LISTED
from speechbrain_clser.data.manifest.paths import report_of, within
from speechbrain_clser.data.profile import NOTES
from speechbrain_clser.evaluation.wording import count

logger = logging.getLogger(__name__)


def summary(
    corpus: Corpus,
    good: list,
    bad: list,
    notes: dict,
    off_card: str,
    strays: list,
    root: Path,
) -> dict:
    """Count what a manifest holds and what it leaves out.

    Arguments
    ---------
    corpus : Corpus
        What was prepared.
    good : list of Utterance
        What the manifest lists.
    bad : list of (Utterance, BadAudioError)
        What it leaves out, and why.
    notes : dict
        Key of ``profile.NOTES`` to utterances that are suspicious for it.
    off_card : str
        In what the counts differ from the card; empty when they agree.
    strays : list of Path
        Recordings in the folder that are none of the corpus.
    root : Path
        Folder of the corpus.

    Returns
    -------
    dict
        The report but for version and fingerprint; see ``report``.
    """
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
                "file": within(root, row.wav),
                "reason": error.reason,
                "message": str(error),
            }
            for row, error in bad
        ],
        "notes": {
            note: [within(root, row.wav) for row in rows]
            for note, rows in sorted(notes.items())
        },
        "same_recordings": [ids for ids in digests.values() if len(ids) > 1],
        "strays": {
            "n": len(strays),
            "examples": [within(root, file) for file in strays[:N_LISTED]],
        },
    }


def tell(told: dict, path: Path) -> None:
    """Log what a manifest holds, and warn of what it does not, every time.

    Arguments
    ---------
    told : dict
        The manifest's report.
    path : Path
        The manifest.
    """
    logger.info(
        "%s: %s of %s, %.1f minutes -> %s",
        told["corpus"],
        count(told["n_utterances"], "utterance"),
        count(told["n_speakers"], "speaker"),
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
            report_of(path),
        )
    for note, files in told["notes"].items():
        logger.warning(
            "%s: %s with %s, such as %s; see %s",
            told["corpus"],
            count(len(files), "recording"),
            *(NOTES[note], files[0], report_of(path)),
        )
    if told["strays"]["n"]:
        logger.warning(
            "%s: %d recordings in its folder are none of its own, such as %s",
            told["corpus"],
            told["strays"]["n"],
            told["strays"]["examples"][0],
        )


def _count(values):
    """How often each value comes, by name."""
    return dict(sorted(collections.Counter(values).items()))
