"""Count the files of a prediction by outcome."""

import collections
import dataclasses
import logging

from speechbrain_clser.data.profile import NOTES

logger = logging.getLogger(__name__)

NOTE = "note"


@dataclasses.dataclass
class Tally:
    """Number of files by outcome.

    Arguments
    ---------
    n_new : int
        Files that were classified.
    n_before : int
        Files that were already in the output.
    reasons : collections.Counter
        Reason to number of files that cannot be used.
    notes : collections.Counter
        Key of ``profile.NOTES`` to number of suspicious files.
    n_skipped : int
        Non-audio files in folders.
    """

    n_new: int = 0
    n_before: int = 0
    reasons: collections.Counter = dataclasses.field(
        default_factory=collections.Counter
    )
    notes: collections.Counter = dataclasses.field(
        default_factory=collections.Counter
    )
    n_skipped: int = 0

    @property
    def sentence(self):
        """Summary in one line.

        Example
        -------
        >>> Tally(12, 3, collections.Counter(["silent", "empty"])).sentence
        '12 files classified, 3 before, 2 cannot be used (1 silent, 1 empty)'
        """
        parts = [f"{self.n_new} files classified"]
        if self.n_before:
            parts.append(f"{self.n_before} before")
        if self.reasons:
            reasons = ", ".join(f"{n} {why}" for why, n in self.reasons.items())
            parts.append(f"{self.reasons.total()} cannot be used ({reasons})")
        if self.n_skipped:
            parts.append(f"{self.n_skipped} skipped that are not audio")
        parts += [f"{n} noted as {note}" for note, n in self.notes.items()]
        return ", ".join(parts)

    def add_notes(self, path, notes):
        """Count the notes of a file; log the first file of each note.

        Arguments
        ---------
        path : str
            Path of the file.
        notes : tuple of str
            Keys of ``profile.NOTES``.
        """
        for note in notes:
            if note not in self.notes:
                logger.warning(
                    "%s: found %s; all such files have %r in the column %s",
                    *(path, NOTES[note], note, NOTE),
                )
            self.notes[note] += 1
