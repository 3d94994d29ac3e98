"""Check that a corpus is complete and that its recordings are usable."""

import collections
import dataclasses
import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from speechbrain_clser.data import segment
from speechbrain_clser.data.audio import check
from speechbrain_clser.data.corpus import Card
from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.progress import progress

N_LISTED = 10
GO_ON = "--allow_bad_files True"


def off_card(card: Card, rows: list) -> str:
    """Describe how the counts of rows differ from the card; empty if they agree.

    Counts of the card that are None are not checked.
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
    """Build the error for a corpus that differs from its card; see ``off_card``."""
    return ValueError(
        f"{sentence}. Check that the download in {root} is complete, or use "
        f"it as it is with {GO_ON}"
    )


def refuse_missing(name: str, rows: list) -> None:
    """Raise the error of ``unusable`` if files of rows are missing; read none."""
    bad = []
    for row in rows:
        if not os.path.exists(segment.split(row.wav)[0]):
            try:
                check(row.wav)
            except BadAudioError as error:
                bad.append((row, error))
    if bad:
        raise unusable(name, bad, len(rows))


def check_recordings(name: str, rows: list) -> tuple:
    """Read all recordings in full; return ``(good, bad, notes)``.

    ``good`` are the usable rows with durations, digests and contours, ``bad`` pairs of a
    row and its BadAudioError; ``notes`` maps a key of ``profile.NOTES`` to the rows of
    ``good`` it applies to.
    """

    def read(row):
        try:
            found = check(row.wav)
        except BadAudioError as error:
            return row, error, ()
        *measured, notes = found
        names = ("duration_s", "digest", "contour")
        measured = dict(zip(names, measured, strict=True))
        return dataclasses.replace(row, **measured), None, notes

    # soundfile and hashing release the GIL.
    with ThreadPoolExecutor(min(8, os.cpu_count() or 1)) as pool:
        checked = list(
            progress(
                *(len(rows), f"Checking {name}", "files"),
                pool.map(read, rows),
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
    """Build one error that lists all unusable recordings, by reason."""
    counts = collections.Counter(error.reason for _, error in bad)
    reasons = ", ".join(f"{n} {reason}" for reason, n in sorted(counts.items()))
    lines = [f"  {error.reason}: {error}" for _, error in bad[:N_LISTED]]
    if len(bad) > N_LISTED:
        lines.append(f"  and {len(bad) - N_LISTED} more")
    listing = "\n".join(lines)
    advice = (
        f"Repair them, or leave them out with {GO_ON}"
        if len(bad) < n_rows
        else "No usable recording is left"
    )
    return BadAudioError(
        ", ".join(sorted(counts)),
        f"{name}: expected {n_rows} usable recordings, found "
        f"{len(bad)} unusable ({reasons}):\n{listing}\n{advice}",
    )
