"""Read the transcripts of recordings to classify."""

import hashlib
import logging
import os
from pathlib import Path

from speechbrain_clser.corpora.folder import transcripts

logger = logging.getLogger(__name__)

NO_TEXT = "no_text"
NOTES = {NO_TEXT: "no transcript; the model used the audio alone"}


class Table:
    """Transcripts of a table, by recording.

    Arguments
    ---------
    path : str or Path
        CSV or TSV with the columns ``path`` and ``text``; see ``corpora.folder``. Paths
        are relative to the working directory, as those on the command line.

    Raises
    ------
    TableError
        If it is no such table, or has two texts for one path.

    Example
    -------
    >>> path = getfixture("tmp_path") / "texts.csv"
    >>> _ = path.write_text("file,text\\na.wav,Guten Tag.\\n")
    >>> table = Table(path)
    >>> table["./a.wav"], table["b.wav"], table.n_unused
    ('Guten Tag.', '', 0)
    """

    def __init__(self, path):
        found = transcripts(path)
        self.digest = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        self._texts = {
            os.path.abspath(name): text for name, text in found.items()
        }
        self._used = set()

    def __getitem__(self, path):
        path = os.path.abspath(path)
        self._used.add(path)
        return self._texts.get(path, "")

    @property
    def n_unused(self):
        """Number of transcripts whose recording was not asked for."""
        return len(self._texts.keys() - self._used)
