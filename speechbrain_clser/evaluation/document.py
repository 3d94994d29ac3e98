"""Report pages as lists of blocks, and their rendering as Markdown and HTML.

Values from data are escaped here and nowhere else.
"""

import dataclasses
import html
from collections.abc import Sequence
from importlib.resources import files

from speechbrain_clser.evaluation import tables


@dataclasses.dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the page title."""

    text: str
    level: int = 2


@dataclasses.dataclass(frozen=True)
class Text:
    """A paragraph; ``role`` is its CSS class."""

    text: str
    role: str = ""


@dataclasses.dataclass(frozen=True)
class Score:
    """The main score of the page, with its description."""

    value: str
    text: str


@dataclasses.dataclass(frozen=True)
class Items:
    """A list of sentences with optional labels: ``(label, sentence)``."""

    items: Sequence


@dataclasses.dataclass(frozen=True)
class Table:
    """Columns and rows; see ``tables.render``."""

    columns: Sequence
    rows: Sequence


@dataclasses.dataclass(frozen=True)
class Picture:
    """A figure as an ``<svg>`` element; omitted in Markdown."""

    svg: str
    caption: str
    width: int = 700


@dataclasses.dataclass(frozen=True)
class Code:
    """Text to copy."""

    text: str


@dataclasses.dataclass(frozen=True)
class Details:
    """Collapsed blocks."""

    summary: str
    blocks: Sequence


def markdown(blocks: Sequence) -> str:
    """Render blocks as Markdown, without pictures and empty headings.

    Arguments
    ---------
    blocks : sequence
        Of the classes above.

    Returns
    -------
    str
        Text of the file.

    Example
    -------
    >>> blocks = [Heading("Map"), Heading("Scores"), Text("a < b")]
    >>> print(markdown(blocks), end="")
    ## Scores
    <BLANKLINE>
    a &lt; b
    """
    texts = [block for block in blocks if not isinstance(block, Picture)]
    following = [*texts[1:], Heading("")]
    return (
        "\n\n".join(
            _markdown(block)
            for block, after in zip(texts, following, strict=True)
            if not _is_bare(block, after)
        )
        + "\n"
    )


def _is_bare(block, after):
    """Return whether a heading has no blocks without pictures."""
    return (
        isinstance(block, Heading)
        and isinstance(after, Heading)
        and after.level <= block.level
    )


def _markdown(block):
    match block:
        case Heading():
            return f"{'#' * block.level} {tables.cell(block.text)}"
        case Text():
            return tables.cell(block.text)
        case Score():
            return f"**{tables.cell(block.value)}** {tables.cell(block.text)}"
        case Items():
            return "\n".join(
                f"- {f'**{tables.cell(label)}:** ' if label else ''}"
                f"{tables.cell(text)}"
                for label, text in block.items
            )
        case Table():
            table = {"columns": block.columns, "rows": block.rows}
            return tables.render(table).rstrip()
        case Code():
            return f"```\n{block.text}\n```"
        case Details():
            title = f"**{tables.cell(block.summary)}**"
            return "\n\n".join([title, *map(_markdown, block.blocks)])


def page(title: str, blocks: Sequence) -> str:
    """Render blocks as one self-contained HTML page.

    Arguments
    ---------
    title : str
        Title of the page.
    blocks : sequence
        Of the classes above.

    Returns
    -------
    str
        Text of the file.

    Example
    -------
    >>> text = page("Run", [Text("a < b", role="lead")])
    >>> '<p class="lead">a &lt; b</p>' in text
    True
    """
    style = files(__package__).joinpath("page.css").read_text(encoding="utf-8")
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, '
            'initial-scale=1">',
            f"<title>{html.escape(title)}</title>",
            f"<style>\n{style}</style>",
            "</head>",
            "<body>",
            "<main>",
            *map(_html, blocks),
            "</main>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _html(block):
    match block:
        case Heading():
            return _element(f"h{block.level}", block.text)
        case Text():
            return _element("p", block.text, block.role)
        case Score():
            value = _element("strong", block.value)
            return (
                f'<p class="score">{value} {_element("span", block.text)}</p>'
            )
        case Items():
            items = (
                f"<li>{_element('b', label, label) if label else ''} "
                f"{html.escape(text)}</li>"
                for label, text in block.items
            )
            return f"<ul>{''.join(items)}</ul>"
        case Table():
            return _html_table(block)
        case Picture():
            caption = _element("figcaption", block.caption)
            return (
                f'<figure style="max-width: {block.width}px">'
                f"{block.svg}{caption if block.caption else ''}</figure>"
            )
        case Code():
            return f"<pre>{html.escape(block.text)}</pre>"
        case Details():
            inner = "\n".join(map(_html, block.blocks))
            summary = _element("summary", block.summary)
            return f"<details>{summary}{inner}</details>"


def _element(tag, text, role=""):
    role = f' class="{html.escape(role)}"' if role else ""
    return f"<{tag}{role}>{html.escape(text)}</{tag}>"


def _html_table(table):
    """Render a table that scrolls horizontally."""
    roles = [
        "number" if tables.is_numeric([row[k] for row in table.rows]) else ""
        for k in range(len(table.columns))
    ]

    def row(tag, values):
        cells = (
            _element(tag, "–" if value is None else str(value), role)
            for value, role in zip(values, roles, strict=True)
        )
        return f"<tr>{''.join(cells)}</tr>"

    body = "".join(row("td", values) for values in table.rows)
    head = row("th", table.columns)
    return (
        '<div class="table"><table>'
        f"<thead>{head}</thead><tbody>{body}</tbody></table></div>"
    )
