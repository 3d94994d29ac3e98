"""Rendering and escaping of blocks in Markdown and HTML."""

import html.parser

import pytest

from speechbrain_clser.evaluation import document

EVIL = '<script>alert("1 & 2")</script>'
BLOCKS = [
    document.Heading(EVIL),
    document.Text(EVIL, role="lead"),
    document.Score(EVIL, EVIL),
    document.Items([(EVIL, EVIL), ("", EVIL)]),
    document.Table([EVIL], [[EVIL]]),
    document.Picture("<svg></svg>", EVIL),
    document.Details(EVIL, [document.Text(EVIL)]),
]


class Tags(html.parser.HTMLParser):
    """Collects the elements of an HTML page."""

    def __init__(self):
        super().__init__()
        self.names, self.open = set(), []

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_text_is_escaped_in_html():
    tags = Tags()
    tags.feed(document.page(EVIL, [*BLOCKS, document.Code(EVIL)]))
    assert "script" not in tags.names
    assert {"h2", "table", "ul", "details", "pre", "svg"} <= tags.names
    assert tags.open == []


def test_text_is_escaped_in_markdown():
    text = document.markdown(BLOCKS)
    assert "<script>" not in text
    assert "&lt;script&gt;" in text


def test_markdown_of_every_block():
    text = document.markdown(
        [
            document.Heading("Run", level=1),
            document.Score("56.7 %", "UAR"),
            document.Picture("<svg></svg>", ""),
            document.Items([("note", "two sentences"), ("", "plain")]),
            document.Table(["class", "n"], [["anger", 3]]),
            document.Code("train.py a*b"),
            document.Details("More", [document.Text("inside")]),
        ]
    )
    assert text == (
        "# Run\n\n**56.7 %** UAR\n\n- **note:** two sentences\n- plain\n\n"
        "| class | n |\n|---|---:|\n| anger | 3 |\n\n"
        "```\ntrain.py a*b\n```\n\n**More**\n\ninside\n"
    )


def test_unknown_cell_is_a_dash_in_both_formats():
    table = document.Table(["class", "n"], [["anger", None]])
    assert '<td class="number">–</td>' in document.page("", [table])
    assert "| anger | – |" in document.markdown([table])


def test_table_with_a_short_row_raises():
    with pytest.raises(ValueError, match="expected 2 cells"):
        document.markdown([document.Table(["a", "b"], [[1]])])
