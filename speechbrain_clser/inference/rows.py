"""A table that grows row by row, and is taken up again after a kill."""

import csv
import io
import json
import logging
from pathlib import Path

logger = logging.getLogger(__name__)

# Names of files need not be text; this way they come back as they were.
AS_GIVEN = {"encoding": "utf-8", "errors": "surrogateescape"}


class Csv:
    """Comma-separated values under a header.

    Arguments
    ---------
    columns : sequence of str
        Of every row.
    """

    def __init__(self, columns):
        self.columns = list(columns)
        self.header = self.opening = self._line(self.columns)

    def line(self, row):
        """Write a row, dict, as text."""
        return self._line([row[name] for name in self.columns])

    def read(self, line):
        """Read a row; what stands in it stays text."""
        values = next(csv.reader([line]))
        return dict(zip(self.columns, values, strict=True))

    def is_whole(self, line):
        """Tell whether a row ends here, bytes; names may hold line breaks."""
        return line.endswith(b"\n") and line.count(b'"') % 2 == 0

    def _line(self, values):
        text = io.StringIO()
        # Only what ends a line is put into quotes, and names may hold both.
        csv.writer(text, lineterminator="\r\n").writerow(values)
        return f"{text.getvalue()[:-2]}\n"


class JsonLines:
    """An object per line.

    Arguments
    ---------
    columns : sequence of str
        Keys of every row.
    """

    header = ""

    def __init__(self, columns):
        self.columns = list(columns)
        self.opening = f"{{{json.dumps(self.columns[0])}: "

    def line(self, row):
        """Write a row, dict, as text."""
        return json.dumps({name: row[name] for name in self.columns}) + "\n"

    def read(self, line):
        """Read a row.

        Raises
        ------
        ValueError
            If it has other keys.
        """
        row = json.loads(line)
        if not isinstance(row, dict) or list(row) != self.columns:
            raise ValueError(f"found {line.strip()[:80]}")
        return row

    def is_whole(self, line):
        """Tell whether a row ends here, bytes."""
        return line.endswith(b"\n")


FORMATS = {".csv": Csv, ".jsonl": JsonLines}


class Printed:
    """Rows that are shown as they come, comma-separated.

    Arguments
    ---------
    stream : file
        Such as standard output.
    columns : sequence of str
        Of every row.

    Example
    -------
    >>> import sys
    >>> Printed(sys.stdout, ["file", "emotion"]).add(
    ...     {"file": "a.wav", "emotion": "anger"}
    ... )
    file,emotion
    a.wav,anger
    """

    names = frozenset()

    def __init__(self, stream, columns):
        self._stream, self._format = stream, Csv(columns)
        self._write(self._format.header)

    def add(self, row):
        """Show a row, dict with all columns."""
        self._write(self._format.line(row))

    def _write(self, text):
        self._stream.write(text)
        self._stream.flush()


class Rows:
    """Rows of a file that are safe as soon as they are written.

    Arguments
    ---------
    path : str or Path
        ``.csv`` or ``.jsonl``. Rows that stand in it are kept; what a kill
        left of a last one is cut off.
    columns : sequence of str
        The first names the row.
    has_groups : bool
        Whether rows in a row may share a name; those of the last name are cut
        off too, as there may have been more to come.

    Raises
    ------
    ValueError
        If the suffix is another, or the file holds something else; it is left
        as it was.

    Example
    -------
    >>> path = getfixture("tmp_path") / "a.csv"
    >>> with Rows(path, ["file", "emotion"]) as rows:
    ...     rows.add({"file": "a.wav", "emotion": "anger"})
    >>> _ = path.write_bytes(path.read_bytes() + b"b.wa")
    >>> with Rows(path, ["file", "emotion"]) as rows:
    ...     rows.add({"file": "c.wav", "emotion": "sadness"})
    ...     sorted(rows.names)
    ['a.wav', 'c.wav']
    >>> path.read_text()
    'file,emotion\\na.wav,anger\\nc.wav,sadness\\n'
    """

    def __init__(self, path, columns, has_groups=False):
        self.path = Path(path)
        if self.path.suffix.lower() not in FORMATS:
            raise ValueError(
                f"expected a file that ends in {' or '.join(FORMATS)}, got "
                f"{str(path)!r}"
            )
        self._format = FORMATS[self.path.suffix.lower()](columns)
        self._name = self._format.columns[0]
        self._has_groups = has_groups
        self.names = set()
        n_bytes = self._look() if self.path.exists() else 0
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(self.path, "a", newline="", **AS_GIVEN)
        self._file.truncate(n_bytes)
        if not n_bytes:
            self._write(self._format.header)

    def add(self, row):
        """Write a row, dict with all columns, to the disk."""
        self._write(self._format.line(row))
        self.names.add(row[self._name])

    def close(self):
        """Let go of the file."""
        self._file.close()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def _write(self, text):
        self._file.write(text)
        self._file.flush()

    def _look(self):
        """Take the names of all rows; say how many bytes are whole rows."""
        n_whole, n_before, line, name = 0, 0, b"", None
        with open(self.path, "rb") as file:
            for part in file:
                line += part
                if not self._format.is_whole(line):
                    continue
                found = self._understand(line.decode(**AS_GIVEN), n_whole == 0)
                if found != name:
                    name, n_before = found, n_whole
                    self.names.add(name)
                n_whole += len(line)
                line = b""
        if line:
            if not n_whole:
                self._recognise(line.decode(**AS_GIVEN))
            logger.warning("%s: its last row was cut short: mended", self.path)
        if self._has_groups and name is not None:
            self.names.remove(name)
            return n_before
        return n_whole

    def _understand(self, line, is_first):
        """Name of a row; None for the header."""
        if is_first and self._format.header:
            if line != self._format.header:
                raise self._other(line)
            return None
        try:
            return self._format.read(line)[self._name]
        except ValueError as error:
            raise self._other(line) from error

    def _recognise(self, cut):
        opening = self._format.opening
        n = min(len(cut), len(opening))
        if cut[:n] != opening[:n]:
            raise self._other(cut)

    def _other(self, line):
        return ValueError(
            f"{self.path}: expected rows of {', '.join(self._format.columns)}, "
            f"found {line.strip()[:80]!r}; give another file, or delete this "
            "one to start anew"
        )
