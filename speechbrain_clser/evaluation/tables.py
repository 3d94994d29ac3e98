"""Rendering of result tables, and their replacement in text files.

The text between the markers ``<!-- table: name -->`` and
``<!-- end: name -->`` is replaced.
"""

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from speechbrain_clser.io import atomic_write
from speechbrain_clser.printable import printable

_BLOCK = re.compile(
    r"(?P<start><!-- table: (?P<name>[\w./-]+) -->\n)"
    r"(?P<body>.*?)"
    r"(?P<end><!-- end: (?P=name) -->)",
    flags=re.DOTALL,
)
_LATEX = {
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    "\\": "\\textbackslash{}",
    "~": "\\textasciitilde{}",
    "^": "\\textasciicircum{}",
    "–": "--",
}
_MARKER = re.compile(r"<!-- (table|end): ([\w./-]+) -->")


def render(table: Mapping) -> str:
    """Render a table as Markdown.

    Arguments
    ---------
    table : mapping
        ``columns``: names; ``rows``: lists of as many values. Columns of
        numbers are aligned to the right.

    Returns
    -------
    str
        Text with a final newline.

    Raises
    ------
    ValueError
        If the length of a row is not the number of columns.

    Example
    -------
    >>> rows = [["German", 56.7], ["Urdu", None]]
    >>> print(render({"columns": ["target", "UAR"], "rows": rows}), end="")
    | target | UAR |
    |---|---:|
    | German | 56.7 |
    | Urdu | – |
    """
    columns, rows = table["columns"], table["rows"]
    for row in rows:
        if len(row) != len(columns):
            raise ValueError(
                f"expected {len(columns)} cells ({', '.join(columns)}), found "
                f"{len(row)} in {row}; compute the result again"
            )
    aligned = [
        "---:" if is_numeric([row[k] for row in rows]) else "---"
        for k in range(len(columns))
    ]
    lines = [
        f"| {' | '.join(map(cell, columns))} |",
        f"|{'|'.join(aligned)}|",
        *(f"| {' | '.join(map(cell, row))} |" for row in rows),
    ]
    return "\n".join(lines) + "\n"


def render_latex(table: Mapping) -> str:
    """Render a table as LaTeX with the rules of the package booktabs.

    Arguments
    ---------
    table : mapping
        See ``render``.

    Returns
    -------
    str
        A ``tabular`` with a final newline.

    Example
    -------
    >>> table = {"columns": ["run", "95 %"], "rows": [["a_b", "[51.0, 60.2]"]]}
    >>> print(render_latex(table), end="")
    \\begin{tabular}{lr}
    \\toprule
    run & 95 \\% \\\\
    \\midrule
    a\\_b & {[51.0, 60.2]} \\\\
    \\bottomrule
    \\end{tabular}
    """
    columns, rows = table["columns"], table["rows"]
    aligned = "".join(
        "r" if is_numeric([row[k] for row in rows]) else "l"
        for k in range(len(columns))
    )
    head, *body = (
        f"{' & '.join(map(_latex_cell, row))} \\\\" for row in (columns, *rows)
    )
    return "\n".join(
        [
            f"\\begin{{tabular}}{{{aligned}}}",
            "\\toprule",
            head,
            "\\midrule",
            *body,
            "\\bottomrule",
            "\\end{tabular}\n",
        ]
    )


def _latex_cell(value):
    """Escape a value for LaTeX."""
    text = "–" if value is None else printable(" ".join(str(value).split()))
    text = "".join(_LATEX.get(sign, sign) for sign in text)
    # LaTeX reads a bracket after a line break as its argument.
    return f"{{{text}}}" if text.startswith("[") else text


def is_numeric(values: Sequence) -> bool:
    """Return whether a column contains numbers only.

    Arguments
    ---------
    values : sequence
        Cells of the column.

    Returns
    -------
    bool
        True for numbers and text such as ``"56.7 [51.0, 60.2]"``; None and
        dashes are ignored.

    Example
    -------
    >>> is_numeric([3, "[-1.0, +2.0]", None]), is_numeric(["Urdu", 3])
    (True, False)
    """
    return all(
        value is None or re.match(r"\[?[+-]?\d|–$", str(value))
        for value in values
    )


def cell(value) -> str:
    """Format a value as a cell of a Markdown table.

    Arguments
    ---------
    value : object
        None becomes a dash.

    Returns
    -------
    str
        One line, with Markdown and HTML escaped.

    Example
    -------
    >>> cell("a|b <c>")
    'a\\\\|b &lt;c&gt;'
    """
    text = "–" if value is None else printable(" ".join(str(value).split()))
    for sign, instead in (
        ("\\", "\\\\"),
        ("&", "&amp;"),
        ("<", "&lt;"),
        (">", "&gt;"),
        ("|", "\\|"),
        ("*", "\\*"),
        ("_", "\\_"),
        ("`", "\\`"),
        ("](", "]\\("),  # a link or a picture
    ):
        text = text.replace(sign, instead)
    return text


def rewrite(path: str | os.PathLike, tables: Mapping[str, Mapping]) -> None:
    """Replace the tables of a file.

    Arguments
    ---------
    path : path
        Text file with markers.
    tables : mapping
        Name to table; see ``render``. Tables without markers in the file are
        ignored.

    Raises
    ------
    KeyError
        If ``tables`` lacks a table of the file.
    ValueError
        If one of the two markers is missing.

    Example
    -------
    >>> path = getfixture("tmp_path") / "README.md"
    >>> _ = path.write_text("<!-- table: n -->\\n<!-- end: n -->\\n")
    >>> rewrite(path, {"n": {"columns": ["n"], "rows": [[1]]}})
    >>> print(path.read_text(), end="")
    <!-- table: n -->
    | n |
    |---:|
    | 1 |
    <!-- end: n -->
    """
    path = Path(path)
    atomic_write(path, _rewritten(path, tables))


def agrees(path: str | os.PathLike, tables: Mapping[str, Mapping]) -> bool:
    """Return whether the tables of a file are up to date.

    Arguments
    ---------
    path : path
        Text file with markers.
    tables : mapping
        Name to table; see ``render``.

    Returns
    -------
    bool
        True if ``rewrite`` would change nothing.

    Raises
    ------
    KeyError, ValueError
        As ``rewrite``.
    """
    text = Path(path).read_text(encoding="utf-8")
    return text == _rewritten(path, tables)


def _rewritten(path, tables):
    """Return the text of a file with its tables replaced."""
    text = Path(path).read_text(encoding="utf-8")
    paired = {match["name"] for match in _BLOCK.finditer(text)}
    for kind, name in _MARKER.findall(text):
        if name not in paired:
            raise ValueError(
                f"{path}: expected <!-- table: {name} --> and "
                f"<!-- end: {name} -->, found only the marker {kind!r}; "
                "restore the other marker"
            )
        if name not in tables:
            raise KeyError(
                f"{path}: expected a result for the table {name!r}, found "
                f"results for {', '.join(sorted(tables)) or 'none'}"
            )
    return _BLOCK.sub(
        lambda match: match["start"]
        + render(tables[match["name"]])
        + match["end"],
        text,
    )
