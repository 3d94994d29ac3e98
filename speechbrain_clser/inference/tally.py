"""How a prediction went: files by what became of them."""

import collections
import dataclasses
import logging

from speechbrain_clser.data.profile import NOTES

logger = logging.getLogger(__name__)

NOTE = "note"


@dataclasses.dataclass
class Tally:
    """How a prediction went.

    Arguments
    ---------
    n_new : int
        Files that were classified.
    n_before : int
        That stood in the output already.
    reasons : collections.Counter
        Reason to number of files that cannot be used.
    notes : collections.Counter
        Key of ``profile.NOTES`` to number of files that are suspicious.
    n_skipped : int
        Files of folders that are no audio.
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
        """All of it in a line.

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
            parts.append(f"{self.n_skipped} skipped that are no audio")
        parts += [f"{n} noted as {note}" for note, n in self.notes.items()]
        return ", ".join(parts)

    def add_notes(self, path, notes):
        """Count what is suspicious in a file; warn of the first of each kind.

        Arguments
        ---------
        path : str
            Of the file.
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
