"""Is a corpus as published, and can its recordings be used?"""

import collections
import dataclasses
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from speechbrain_clser.data.audio import check
from speechbrain_clser.data.corpus import Card
from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.progress import progress

N_LISTED = 10
GO_ON = "--allow_bad_files True"


def off_card(card: Card, rows: list) -> str:
    """Tell in what the counts differ from the card.

    Arguments
    ---------
    card : Card
        What it leaves open is not checked.
    rows : list of Utterance
        All of the corpus.

    Returns
    -------
    str
        A sentence; empty when they agree.
    """
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


def incomplete(sentence: str, root: Path) -> ValueError:
    """Refuse a corpus that is not as published.

    Arguments
    ---------
    sentence : str
        From ``off_card``.
    root : Path
        Folder of the corpus.

    Returns
    -------
    ValueError
        To be raised.
    """
    return ValueError(
        f"{sentence}; is the download whole? Complete {root}, or take it as "
        f"it is with {GO_ON}"
    )


def listen(name: str, rows: list) -> tuple:
    """Read all recordings from the first sample to the last.

    Arguments
    ---------
    name : str
        Of the corpus, for the progress bar.
    rows : list of Utterance
        Whose recordings.

    Returns
    -------
    good : list of Utterance
        Now with durations, digests and contours.
    bad : list of (Utterance, BadAudioError)
        Those that cannot be used, and why.
    notes : dict
        Key of ``profile.NOTES`` to those of ``good`` of which it is true.
    """

    def hear(row):
        try:
            found = check(row.wav)
        except BadAudioError as error:
            return row, error, ()
        *measured, notes = found
        names = ("duration_s", "digest", "contour")
        measured = dict(zip(names, measured, strict=True))
        return dataclasses.replace(row, **measured), None, notes

    # soundfile and the digest both let other threads run.
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        checked = list(
            progress(
                *(len(rows), f"Checking {name}", "files"),
                pool.map(hear, rows),
            )
        )
    good = [row for row, error, _ in checked if error is None]
    bad = [(row, error) for row, error, _ in checked if error is not None]
    noted = collections.defaultdict(list)
    for row, _, notes in checked:
        for note in notes:
            noted[note].append(row)
    return good, bad, noted


def unusable(name: str, bad: list, n_rows: int) -> BadAudioError:
    """Refuse all recordings that cannot be used in one error.

    Arguments
    ---------
    name : str
        Of the corpus.
    bad : list of (Utterance, BadAudioError)
        From ``listen``.
    n_rows : int
        How many recordings were read.

    Returns
    -------
    BadAudioError
        To be raised; its reasons are those of the recordings.
    """
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
