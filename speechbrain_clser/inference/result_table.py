"""Append rows to CSV or JSON Lines tables and resume after an interruption."""

import csv
import io
import itertools
import json
import logging
import re
from pathlib import Path

from speechbrain_clser.io import atomic_write, naming
from speechbrain_clser.labels import FORMULA
from speechbrain_clser.printable import printable

logger = logging.getLogger(__name__)

# File names may not be valid UTF-8; this setting preserves them.
AS_GIVEN = {"encoding": "utf-8", "errors": "surrogateescape"}


# A quoted value with doubled inner quotes, or an unquoted value.
VALUE = r'("[^"]*(?:""[^"]*)*"|[^",\r\n]*)'


def neutral(path) -> str:
    """Write a path so that spreadsheets do not interpret it as a formula.

    Arguments
    ---------
    path : str
        Path of a file.

    Returns
    -------
    str
        Path of the same file, prefixed with ``./`` if it begins with ``=``,
        ``+``, ``-``, ``@``, a tab or a carriage return.

    Example
    -------
    >>> neutral("=1+1.wav"), neutral("a/=1+1.wav")
    ('./=1+1.wav', 'a/=1+1.wav')
    """
    return f"./{path}" if path[:1] in {*FORMULA, "\t", "\r"} else path


class Csv:
    """Comma-separated values under a header.

    Arguments
    ---------
    columns : sequence of str
        Names of the columns.
    """

    def __init__(self, columns):
        self.columns = list(columns)
        self.header = self._line(self.columns)
        self._row = re.compile(",".join([VALUE] * len(columns)) + "\r?\n?")

    def line(self, row):
        """Format a row, dict, as text."""
        return self._line([row[name] for name in self.columns])

    def read(self, line):
        """Parse a row; all values are strings.

        Raises
        ------
        ValueError
            If the number of values differs, or a quote is unbalanced.
        """
        found = self._row.fullmatch(line)
        if not found:
            raise ValueError(f"found {line.strip()[:80]}")
        values = (
            value[1:-1].replace('""', '"') if value[:1] == '"' else value
            for value in found.groups()
        )
        return dict(zip(self.columns, values, strict=True))

    def lines(self, file):
        """Split a binary file into rows; names may contain line breaks."""
        parts, n_quotes = [], 0
        for part in file:
            parts.append(part)
            n_quotes += part.count(b'"')
            if n_quotes % 2 == 0:
                yield b"".join(parts)
                parts, n_quotes = [], 0
        if parts:
            yield b"".join(parts)

    def is_whole(self, line):
        """Return whether a row, bytes, is complete."""
        return line.endswith(b"\n") and line.count(b'"') % 2 == 0

    def may_be_cut(self, line, is_first):
        """Return whether a line may be the beginning of an interrupted row.

        After an unbalanced quote, all following rows look like one name.
        """
        if is_first:
            return self.header.startswith(line)
        return not any(map(self._row.fullmatch, line.split("\n")[1:]))

    def _line(self, values):
        text = io.StringIO()
        # csv quotes only characters of the line terminator; names may have both.
        csv.writer(text, lineterminator="\r\n").writerow(values)
        return f"{text.getvalue()[:-2]}\n"


class JsonLines:
    """One JSON object per line.

    Arguments
    ---------
    columns : sequence of str
        Keys of every row.
    """

    header = ""

    def __init__(self, columns):
        self.columns = list(columns)
        self._opening = f"{{{json.dumps(self.columns[0])}: "

    def line(self, row):
        """Format a row, dict, as text."""
        return json.dumps({name: row[name] for name in self.columns}) + "\n"

    def read(self, line):
        """Parse a row.

        Raises
        ------
        ValueError
            If the row has other keys, or its name is not a string.
        """
        row = json.loads(line)
        if (
            not isinstance(row, dict)
            or list(row) != self.columns
            or not isinstance(row[self.columns[0]], str)
        ):
            raise ValueError(f"found {line.strip()[:80]}")
        return row

    def lines(self, file):
        """Split a binary file into rows."""
        yield from file

    def is_whole(self, line):
        """Return whether a row, bytes, is complete."""
        return line.endswith(b"\n")

    def may_be_cut(self, line, is_first):
        """Return whether a line may be the beginning of an interrupted row."""
        opening = line[: len(self._opening)]
        return not is_first or self._opening.startswith(opening)


FORMATS = {".csv": Csv, ".jsonl": JsonLines}


def format_of(path):
    """Return the class of a format by the suffix of a file.

    Raises
    ------
    ValueError
        If the suffix is unknown.

    Example
    -------
    >>> format_of("of/emotions.CSV").__name__
    'Csv'
    """
    suffix = Path(path).suffix.lower()
    if suffix not in FORMATS:
        raise ValueError(
            f"expected a file that ends in {' or '.join(FORMATS)}, got "
            f"{str(path)!r}"
        )
    return FORMATS[suffix]


class Printed:
    """Print rows to a stream as comma-separated values.

    On a terminal, control characters are escaped.

    Arguments
    ---------
    stream : file
        For example standard output.
    columns : sequence of str
        Names of the columns.

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

    def add(self, *rows):
        """Print rows, dicts with all columns."""
        self._write("".join(map(self._format.line, rows)))

    def _write(self, text):
        self._stream.write(printable(text) if self._stream.isatty() else text)
        self._stream.flush()


class ResultTable:
    """Append rows to a file; each row is flushed when it is added.

    The constructor reads the existing file. The file is written only inside the
    context manager.

    Arguments
    ---------
    path : str or Path
        ``.csv`` or ``.jsonl``. Existing rows are kept; an incomplete last row is
        removed.
    columns : sequence of str
        Names of the columns; the first column is the name of the row.
    count : str, optional
        Column with the number of consecutive rows of the same name; if the last
        name has fewer rows, these are removed too.

    Raises
    ------
    ValueError
        If the suffix is unknown, or the file has other content; the file is
        then unchanged.

    Example
    -------
    >>> path = getfixture("tmp_path") / "a.csv"
    >>> with ResultTable(path, ["file", "emotion"]) as rows:
    ...     rows.add({"file": "a.wav", "emotion": "anger"})
    >>> _ = path.write_bytes(path.read_bytes() + b"b.wa")
    >>> with ResultTable(path, ["file", "emotion"]) as rows:
    ...     rows.add({"file": "c.wav", "emotion": "sadness"})
    ...     sorted(rows.names)
    ['a.wav', 'c.wav']
    >>> path.read_text()
    'file,emotion\\na.wav,anger\\nc.wav,sadness\\n'
    """

    def __init__(self, path, columns, count=None):
        self.path = Path(path)
        self._format = format_of(path)(columns)
        self._name = self._format.columns[0]
        self._count = count
        self._n_bytes = self._look()

    def add(self, *rows):
        """Append rows, dicts with all columns, and flush them."""
        self._write("".join(map(self._format.line, rows)))
        self.names.update(row[self._name] for row in rows)

    def compact(self, gone):
        """Keep the last row of each name and remove the names in ``gone``.

        The file is replaced atomically, and deleted if no rows remain. Do not
        call this inside the context manager.
        """
        kept = {}
        for line, row in self._whole():
            if row and neutral(row[self._name]) not in gone:
                kept.pop(row[self._name], None)
                kept[row[self._name]] = line
        if not kept:
            self.path.unlink()
            return
        header = self._format.header.encode(**AS_GIVEN)
        atomic_write(self.path, header + b"".join(kept.values()))

    def drop_repeats(self):
        """Remove repeated rows, as written by two concurrent processes.

        Do not call this inside the context manager.
        """
        if not self.has_repeats:
            return
        kept, n_dropped = {}, 0
        for line, row in self._whole():
            lines = kept.setdefault(row and neutral(row[self._name]), [])
            if line in lines or (row and self._is_full(row, len(lines))):
                n_dropped += 1
            else:
                lines.append(line)
        atomic_write(self.path, b"".join(itertools.chain(*kept.values())))
        logger.warning(
            "%s: removed %d repeated rows",
            self.path,
            n_dropped,
        )
        self._n_bytes = self._look()

    def _is_full(self, row, n_rows):
        """Return whether a name with this number of rows is complete."""
        return str(n_rows) == str(row[self._count] if self._count else 1)

    def __enter__(self):
        with naming(self.path):
            self.path.parent.mkdir(parents=True, exist_ok=True)
        self._file = open(self.path, "a", newline="", **AS_GIVEN)
        if self._file.tell() > self._n_bytes:
            logger.warning("%s: removed an incomplete last row", self.path)
            self._file.truncate(self._n_bytes)
        if not self._n_bytes:
            self._write(self._format.header)
        return self

    def __exit__(self, *error):
        with naming(self.path):
            self._file.close()

    def _write(self, text):
        with naming(self.path):
            self._file.write(text)
            self._file.flush()

    def _look(self):
        """Read the names of all rows; return the number of valid bytes."""
        self.names, self.has_repeats = set(), False
        n_bytes = n_before = n_rows = 0
        row = name = None
        for line, row in self._whole() if self.path.exists() else ():
            if row and self._is_full(row, n_rows) and row[self._name] == name:
                name = None  # the same name again
            if row and row[self._name] != name:
                name, n_before, n_rows = row[self._name], n_bytes, 0
                # Earlier versions wrote paths without ``neutral``.
                self.has_repeats |= neutral(name) in self.names
                self.names.add(neutral(name))
            n_rows += 1
            n_bytes += len(line)
        if row and self._count and not self._is_full(row, n_rows):
            self.names.remove(neutral(name))
            return n_before
        return n_bytes

    def _whole(self):
        """Yield bytes and values of complete rows; None for the header."""
        is_first = True
        with open(self.path, "rb") as file:
            for line in self._format.lines(file):
                text = line.decode(**AS_GIVEN)
                if self._format.is_whole(line):
                    yield line, self._parse(text, is_first)
                elif not self._format.may_be_cut(text, is_first):
                    raise self._wrong_content(text)
                is_first = False

    def _parse(self, line, is_first):
        """Parse a row; return None for the header."""
        try:
            row = self._format.read(line)
        except ValueError as error:
            raise self._wrong_content(line) from error
        if not (is_first and self._format.header):
            return row
        if [*row.values()] != self._format.columns:
            raise self._wrong_content(line)
        return None

    def _wrong_content(self, line):
        return ValueError(
            f"{self.path}: expected rows of {', '.join(self._format.columns)}, "
            f"found {line.strip()[:80]!r}; repair the file, give another one, "
            "or delete this one to start again"
        )
