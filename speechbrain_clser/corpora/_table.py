"""Read CSV and TSV tables; errors name the line."""

import codecs
import csv
import dataclasses
import io
import re
from pathlib import Path

from speechbrain_clser.data.corpus import AUDIO_SUFFIXES
from speechbrain_clser.errors import TableError

N_LISTED = 50  # problems in a message
SEPARATORS = "\t;,"
MARKS = {  # longer ones first: the mark of UTF-16 is a prefix of that of UTF-32
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
EXCEL = re.compile(r'"?sep=(.)"?$', flags=re.IGNORECASE)


@dataclasses.dataclass
class TableCheck:
    """Problems of the rows of a table, and the columns that are not read.

    Arguments
    ---------
    problems : list of TableError
        One per problem, in the order of the lines.
    ignored : list of str
        Names of columns, in lower case.
    """

    problems: list = dataclasses.field(default_factory=list)
    ignored: list = dataclasses.field(default_factory=list)

    def refuse(self, path) -> None:
        """Raise one error that lists all problems, if there are any.

        Raises
        ------
        TableError
            With the name of the table and the line of each problem.

        Example
        -------
        >>> problems = [
        ...     TableError("a/x.csv, line 2: a"),
        ...     TableError("a/x.csv: b"),
        ... ]
        >>> TableCheck(problems).refuse(Path("a/x.csv"))
        Traceback (most recent call last):
        speechbrain_clser.errors.TableError: a/x.csv: expected ..., found 2...
          x.csv, line 2: a
          x.csv: b
        """
        if len(self.problems) == 1:
            raise self.problems[0]
        if self.problems:
            lines = [
                f"  {str(problem).replace(str(path), path.name, 1)}"
                for problem in self.problems[:N_LISTED]
            ]
            if (n_more := len(self.problems) - N_LISTED) > 0:
                lines.append(f"  and {n_more} more")
            raise TableError(
                f"{path}: expected a table without problems, found "
                f"{len(self.problems)}:\n" + "\n".join(lines)
            )


def read_table(
    path,
    needed: tuple,
    optional: tuple,
    renamed: dict,
    check: TableCheck | None = None,
):
    """Yield the rows of a table with their line numbers.

    Arguments
    ---------
    path : Path
        CSV or TSV in UTF-8, UTF-16 or UTF-32, separated by tabs, semicolons or
        commas. A line ``sep=;`` above the header, blank lines and empty rows
        are skipped.
    needed, optional : tuple of str
        Column names in lower case; others are ignored. Every row must have a
        field for each needed column, and a value for the first.
    renamed : dict
        Alternative column name to name; not read if there is a column of that
        name.
    check : TableCheck, optional
        Collects the ignored columns, and the problems of rows, which are then
        skipped and not raised.

    Yields
    ------
    line : int
        First line of the row, from 1.
    row : dict
        Column to stripped value; ``""`` if missing.

    Raises
    ------
    TableError
        If the table cannot be read completely; names the line.

    Example
    -------
    >>> path = getfixture("tmp_path") / "mine.csv"
    >>> _ = path.write_text("sep=;\\nPath;emotion\\na.wav;sad\\n;\\n")
    >>> list(read_table(path, ("path", "emotion"), ("speaker",), {}))
    [(3, {'path': 'a.wav', 'emotion': 'sad', 'speaker': ''})]
    """
    (_, header), *records = [*_records(path, _text(path))] or [(0, [])]
    given = [name.strip().lower() for name in header]
    names = [
        name if renamed.get(name, name) in given else renamed.get(name, name)
        for name in given
    ]
    _check_header(path, given, names, needed, optional)
    if check is not None:
        read = {*needed, *optional, ""}
        check.ignored += [name for name in names if name not in read]
    # Some programs end every row except the header with a separator. A single row
    # with more fields has a separator within a value.
    n_more = min((len(fields) for _, fields in records), default=0)
    n_more = max(0, n_more - len(names))
    for line, fields in records:
        try:
            row = _row(path, line, fields, names, n_more, needed, optional)
        except TableError as error:
            if check is None:
                raise
            check.problems.append(error)
        else:
            yield line, row


def _row(path, line, fields, names, n_more, needed, optional):
    """Return the stripped values of a row by column."""
    n_needed = max(names.index(name) for name in needed) + 1
    n_fields = len(fields) - n_more
    if any(field.strip() for field in fields[n_fields:]) or not (
        n_needed <= n_fields <= len(names)
    ):
        raise TableError(
            f"{path}, line {line}: expected {len(names)} fields as in the "
            f"header, found {len(fields)} ({_shown(fields)}); add the "
            f"missing fields, and quote values that contain the separator"
        )
    found = dict(zip(names, fields, strict=False))
    row = {name: found.get(name, "").strip() for name in (*needed, *optional)}
    if not row[needed[0]]:
        raise TableError(
            f"{path}, line {line}: expected a value for {needed[0]}, found "
            f"none; add the value or remove the line"
        )
    _refuse_swallowed(path, line, fields, names, needed[0])
    return row


def _text(path):
    """Decode the table as text."""
    content = path.read_bytes()
    encoding = next(
        (name for mark, name in MARKS.items() if content.startswith(mark)),
        "utf-8",
    )
    if encoding == "utf-8" and b"\0" in content[:2]:
        encoding = "utf-16-be" if content[:1] == b"\0" else "utf-16-le"
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise TableError(
            f"{path}, line {line}: expected {encoding.upper()}, found byte "
            f"{error.start} that is not; save the table as UTF-8"
        ) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise TableError(
            f"{path}, line {line}: expected text, found a NUL byte; save the "
            f"table as UTF-8"
        )
    return text


def _records(path, text):
    """Yield line and fields of each non-empty record, including the header."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = io.StringIO(text).readlines()
    n_passed, separator = 0, ""
    for n_passed, line in enumerate(lines):  # noqa: B007
        if found := EXCEL.match(line.strip(" \r\n")):
            separator = found.group(1)
        elif line.strip(SEPARATORS + '" \r\n'):
            break
    header = lines[n_passed] if lines else ""
    separator = separator or max(SEPARATORS, key=header.count)
    reader = csv.reader(lines[n_passed:], delimiter=separator, strict=True)
    line = n_passed + 1
    try:
        for fields in reader:
            if any(field.strip() for field in fields):
                yield line, fields
            line = n_passed + reader.line_num + 1
    except csv.Error as error:
        raise TableError(
            f"{path}, line {line}: expected a row with closed quotes and "
            f"fields of at most {csv.field_size_limit():,} "
            f"characters, found: {error}; close the quote, or double quotes "
            f'within a value ("")'
        ) from error


def _check_header(path, given, names, needed, optional):
    """Check that every needed column is present, and no column is duplicated."""
    columns = ", ".join(name for name in given if name) or "no header"
    if missing := [name for name in needed if name not in names]:
        raise TableError(
            f"{path}: expected the columns {', '.join(needed)} (and maybe "
            f"{', '.join(optional)}), found {columns}; add {' and '.join(missing)}"
        )
    files = [n for n in names if Path(n).suffix in AUDIO_SUFFIXES]
    if files:
        raise TableError(
            f"{path}: expected names of columns in the header, found "
            f"{files[0]}; move the first row to a separate line"
        )
    for name in (*needed, *optional):
        twice = [g for g, n in zip(given, names, strict=True) if n == name]
        if len(twice) > 1:
            raise TableError(
                f"{path}: expected one column for {name}, found "
                f"{' and '.join(twice)} in the header ({columns}); rename or "
                f"remove one"
            )


def _refuse_swallowed(path, line, fields, names, key):
    """Raise an error for a quoted field that contains lines that look like rows."""
    column = names.index(key)
    for field in fields:
        for n, inner in enumerate(field.splitlines()[1:], start=1):
            for separator in SEPARATORS:
                parts = inner.split(separator)
                if len(parts) < 2 or len(parts) <= column:
                    continue
                value = Path(parts[column].strip().strip('"'))
                if value.suffix.lower() in AUDIO_SUFFIXES:
                    raise TableError(
                        f"{path}, line {line}: expected a quote that is closed "
                        f"in its row, found a field that extends over line "
                        f"{line + n}, which looks like a separate row "
                        f"({inner[:60]}); close the quote"
                    )


def _shown(fields):
    """Format fields for a message, shortened."""
    text = " | ".join(field.strip() for field in fields)
    return text if len(text) <= 100 else f"{text[:100]}…"
