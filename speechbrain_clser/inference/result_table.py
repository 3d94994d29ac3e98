"""Write CSV or JSON Lines tables at the end, and keep a journal until then."""

import csv
import io
import json
import logging
from pathlib import Path

from speechbrain_clser.io import atomic_write, naming
from speechbrain_clser.labels import FORMULA
from speechbrain_clser.printable import printable

logger = logging.getLogger(__name__)

# File names may not be valid UTF-8; this setting preserves them.
AS_GIVEN = {"encoding": "utf-8", "errors": "surrogateescape"}


def neutral(path) -> str:
    """Write a path so that spreadsheets do not interpret it as a formula.

    Paths of the same file: ``./`` is added before ``=``, ``+``, ``-``, ``@``, a tab
    or a carriage return.

    Example
    -------
    >>> neutral("=1+1.wav"), neutral("a/=1+1.wav")
    ('./=1+1.wav', 'a/=1+1.wav')
    """
    return f"./{path}" if path[:1] in {*FORMULA, "\t", "\r"} else path


class Csv:
    """Comma-separated values under a header."""

    def __init__(self, columns):
        self.columns = list(columns)
        self.header = self.opening = self._line(self.columns)

    def line(self, row):
        """Format a row, dict, as text."""
        return self._line([row[name] for name in self.columns])

    def rows(self, text):
        """Parse a table; all values are strings; raise ValueError if it is none."""
        before = csv.field_size_limit(2**31 - 1)  # names may be long
        try:
            header, *rows = csv.reader(
                io.StringIO(text, newline=""), strict=True
            )
        except csv.Error as error:
            raise ValueError(f"damaged CSV ({error})") from error
        finally:
            csv.field_size_limit(before)
        for row in (header, *rows):
            if len(row) != len(self.columns) or header != self.columns:
                raise ValueError(repr(",".join(row)[:80]))
        return [dict(zip(header, row, strict=True)) for row in rows]

    def _line(self, values):
        text = io.StringIO()
        # csv quotes only characters of the line terminator; names may have both.
        csv.writer(text, lineterminator="\r\n").writerow(values)
        return f"{text.getvalue()[:-2]}\n"


class JsonLines:
    """One JSON object per line."""

    header = ""

    def __init__(self, columns):
        self.columns = list(columns)
        self.opening = f"{{{json.dumps(self.columns[0])}: "

    def line(self, row):
        """Format a row, dict, as text."""
        return json.dumps({name: row[name] for name in self.columns}) + "\n"

    def rows(self, text):
        """Parse a table; raise ValueError if it is none."""
        return [self.checked(row) for row in _json_lines(text)]

    def checked(self, row):
        """Return a row; raise ValueError if its keys or its name are wrong."""
        if (
            not isinstance(row, dict)
            or list(row) != self.columns
            or not isinstance(row[self.columns[0]], str)
        ):
            raise ValueError(repr(json.dumps(row)[:80]))
        return row


def _json_lines(text):
    return [json.loads(line) for line in text.split("\n")[:-1]]


FORMATS = {".csv": Csv, ".jsonl": JsonLines}


def format_of(path):
    """Return the class of a format by the suffix of a file, or raise ValueError.

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


def journal_path(path) -> Path:
    """Return the path of the journal of a table.

    Example
    -------
    >>> journal_path("of/emotions.csv").as_posix()
    'of/emotions.csv.journal.jsonl'
    """
    return Path(f"{path}.journal.jsonl")


class Printed:
    """Print rows to a stream as comma-separated values.

    On a terminal, control characters are escaped.

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
    """Collect rows in a journal and write the table when the context ends.

    The constructor reads the table and the journal of a killed process, and changes
    no file. The journal has a line for each call of ``add``; an incomplete last line
    is left out. The table is replaced atomically, also after an error within the
    context; then the journal is deleted.

    Arguments
    ---------
    path : str or Path
        ``.csv`` or ``.jsonl``. Earlier versions appended to the table itself: an
        incomplete last row and repeated rows are left out with a warning.
    columns : sequence of str
        Names of the columns; the first column is the name of the row.
    count : str, optional
        Column with the number of rows of the name; if the last name of the table
        has fewer, they are left out.

    Raises
    ------
    ValueError
        If the suffix is unknown, or a file has other content.

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
        self.path, self._journal = Path(path), journal_path(path)
        self._format, self._count = format_of(path)(columns), count
        self._name = self._format.columns[0]
        self._texts = {}  # name to its rows, formatted
        opening = self._format.opening
        _, rows = self._read(self.path, opening, self._format.rows)
        self._take_table(rows)
        self._n_bytes, rows = self._read(
            self._journal, f'[{{"{self._name}": ', self._entries
        )
        for entry in rows:
            self._take(entry)

    @property
    def names(self):
        """Names of all rows, see ``neutral``."""
        return self._texts.keys()

    def add(self, *rows):
        """Add all rows, dicts, of a name, in place of earlier ones."""
        if not rows:
            return
        with naming(self._journal):
            self._file.write(f"{json.dumps(rows)}\n")
            self._file.flush()
        self._take(rows)

    def discard(self, names):
        """Remove names from the table."""
        for name in names:
            self._texts.pop(name, None)

    def __enter__(self):
        with naming(self._journal):
            self._journal.parent.mkdir(parents=True, exist_ok=True)
            self._file = open(self._journal, "a", encoding="ascii")
            self._file.truncate(self._n_bytes)
        return self

    def __exit__(self, *error):
        with naming(self._journal):
            self._file.close()
        text = "".join([self._format.header, *self._texts.values()])
        atomic_write(self.path, text.encode(**AS_GIVEN))
        self._journal.unlink()

    def _read(self, path, opening, parse):
        """Return the number of bytes of whole lines and what they contain."""
        text = path.read_bytes().decode(**AS_GIVEN) if path.exists() else ""
        whole, end, cut = text.rpartition("\n")
        whole += end
        try:
            found = parse(whole) if whole else []
            if not (
                whole or cut.startswith(opening) or opening.startswith(cut)
            ):
                raise ValueError(repr(cut[:80]))
        except ValueError as error:
            raise ValueError(
                f"{path}: expected rows of {', '.join(self._format.columns)}, "
                f"found {error}; repair the file, give another one, or delete "
                "this one to start again"
            ) from error
        if cut:
            logger.warning("%s: left out an incomplete last row", path)
        return len(whole.encode(**AS_GIVEN)), found

    def _entries(self, text):
        checked = JsonLines(self._format.columns).checked
        entries = _json_lines(text)
        if not all(isinstance(entry, list) and entry for entry in entries):
            raise ValueError("other JSON")
        return [[*map(checked, entry)] for entry in entries]

    def _take(self, rows):
        name = neutral(rows[0][self._name])
        self.discard([name])
        lines = (self._format.line({**row, self._name: name}) for row in rows)
        self._texts[name] = "".join(lines)

    def _take_table(self, rows):
        found, n_repeated = {}, 0
        for row in rows:
            row[self._name] = name = neutral(row[self._name])
            line, lines = self._format.line(row), found.setdefault(name, {})
            n_all = str(row[self._count]) if self._count else "1"
            if line in lines or str(len(lines)) == n_all:
                n_repeated += 1
            else:
                lines[line] = None
        if rows and str(len(lines)) != n_all:
            del found[name]
        if n_repeated:
            logger.warning(
                "%s: left out %d repeated rows", self.path, n_repeated
            )
        self._texts = {name: "".join(lines) for name, lines in found.items()}
