"""Rendering and escaping of templates in Markdown and HTML."""

import copy
import html.parser
import re
from pathlib import Path

import jinja2
import pytest
from helpers.runs import make_run

from speechbrain_clser.evaluation import plots, report
from speechbrain_clser.evaluation.rendering import include, render

PACKAGE = Path(plots.__file__).parents[2]
TEMPLATES = [
    path
    for path in sorted(PACKAGE.rglob("*.j2"))
    if path.stem not in ("html", "page")
]
EVIL = '<script>alert("1 & 2")</script>'
ALL = """
{% call section(evil) %}
{{ text(evil, "lead") }}
{% call text() %}{{ evil }}{% endcall %}
{{ score(evil, evil) }}
{{ items([[evil, evil], ["", evil]]) }}
{{ table([evil], [[evil]]) }}
{{ picture(plots.reliability, evil) }}
{% call details(evil) %}{{ text(evil) }}{% endcall %}
{% if with_code %}{{ code(evil) }}{% endif %}
{% endcall %}
"""


class Tags(html.parser.HTMLParser):
    """Collects the elements of an HTML page."""

    def __init__(self):
        super().__init__()
        self.names, self.open = set(), []

    def handle_starttag(self, tag, attrs):
        self.names.add(tag)
        self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.fixture(scope="module")
def of_plain_run(tmp_path_factory):
    return report.build(make_run(tmp_path_factory.mktemp("plain")))


@pytest.fixture
def plain(of_plain_run):
    """Return the report of a run without limitations."""
    return copy.deepcopy(of_plain_run)


def section(name, result, form="markdown", **context):
    """Render the section of a report."""
    source = include(f"evaluation/templates/{name}.j2")
    return render(source, form, report=result, plots=plots, **context)


def test_text_is_escaped_in_html(plain):
    context = {"evil": EVIL, "report": plain, "plots": plots}
    tags = Tags()
    tags.feed(render(ALL, "html", with_code=True, **context))
    assert "script" not in tags.names
    assert {"h2", "table", "ul", "details", "pre", "svg"} <= tags.names
    assert tags.open == []


def test_text_is_escaped_in_markdown(plain):
    context = {"evil": EVIL, "report": plain, "plots": plots}
    text = render(ALL, "markdown", with_code=False, **context)
    assert "<script>" not in text
    assert text.count("&lt;script&gt;") == 12


def test_markdown_of_every_macro():
    text = render(
        """
{% call section("Run", level=1) %}
{{ score("56.7 %", "UAR") }}
{{ items([["note", "two sentences"], ["", "plain"]]) }}
{{ table(["class", "n"], [["anger", 3], ["fear", none]]) }}
{{ code("train.py a*b") }}
{% call details("More") %}{{ text("inside") }}{% endcall %}
{% endcall %}
{% call section("Figure") %}{{ picture(none) }}{% endcall %}
""",
        "markdown",
    )
    assert text == (
        "# Run\n\n**56.7 %** UAR\n\n- **note:** two sentences\n- plain\n\n"
        "| class | n |\n|---|---:|\n| anger | 3 |\n| fear | – |\n\n"
        "```\ntrain.py a*b\n```\n\n**More**\n\ninside\n"
    )


def test_unknown_cell_is_a_dash_in_html():
    text = render('{{ table(["class", "n"], [["anger", none]]) }}', "html")
    assert '<td>anger</td><td class="number">–</td>' in text


def test_table_with_a_short_row_raises():
    with pytest.raises(ValueError, match="expected 2 cells"):
        render('{{ table(["a", "b"], [[1]]) }}', "markdown")


def test_value_that_is_not_defined_raises():
    with pytest.raises(jinja2.UndefinedError, match="'missing' is undefined"):
        render("{{ missing }}", "html")


def test_ids_of_a_figure_have_its_name_as_prefix(plain):
    source = "{{ picture(plots.reliability, 'Caption.', 300) }}"
    text = render(source, "html", report=plain, plots=plots)
    assert 'id="reliability-' in text
    assert "max-width: 300px" in text
    assert "<figcaption>Caption.</figcaption>" in text


# Of a report: the section, keys and a value to set, and what is rendered then.
CASES = [
    ("audit", ["audit"], [], "Nothing was found on both sides of a split."),
    (
        "classes",
        ["parts", "test", "recalls", 0, "n"],
        7,
        "| anger | 7 |",
    ),
    (
        "by_group",
        ["parts", "test", "groups", "gender", 0, "name"],
        "",
        "| Target corpus | gender | unknown |",
    ),
    (
        "data",
        ["data", "parts", "unlabelled"],
        {"utterances": 2, "speakers": 1, "minutes": 0.1, "classes": {}}
        | {"origins": ["urdu:urd"]},
        "| unlabelled | 2 | 1 | 0.1 | – | – | – | urdu:urd |",
    ),
    (
        "reproduction",
        ["environment", "command"],
        ["train.py", "my file.yaml"],
        "```\ntrain.py 'my file.yaml'\n```",
    ),
    (
        "probes",
        ["probes"],
        {"questions": [], "left_out": ["One speaker."]},
        "of the untrained model.\n\nOne speaker.\n\nShortcut",
    ),
    (
        "probes",
        ["probes", "questions", 0, "before"],
        None,
        "| speaker (of 4) | – |",
    ),
    (
        "probes",
        ["shortcuts"],
        {"known": [], "left_out": ["No column."]},
        "have the same input.\n\nNo column.\n",
    ),
    (
        "scores",
        ["parts", "test", "scores", "uar"],
        {"mean": 0.5, "sd": None, "low": 0.4, "high": 0.6},
        "| Target corpus | 50.0 | [40.0, 60.0] |",
    ),
]


@pytest.mark.parametrize(("name", "keys", "value", "expected"), CASES)
def test_section_renders_the_values_of_a_report(
    name, keys, value, expected, plain
):
    of, (*above, last) = plain, keys
    for key in above:
        of = of[key]
    of[last] = value
    assert expected in section(name, plain)


def test_score_without_interval_says_so(plain):
    plain["parts"]["test"]["scores"]["uar"]["low"] = None
    text = section("overview", plain, title="Run")
    assert "UAR on the target corpus · no interval · chance 33.3 · mea" in text


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        ("ledger", {"oracle": False}, "on the sources, without the target"),
        ("ledger", {"oracle": True}, "on the target corpus: oracle.<"),
        ("loss_weights", {"coral": 0.0}, "Not shown, with weight 0: coral.<"),
    ],
)
def test_caption_of_the_training_names_what_is_special(
    key, value, expected, plain
):
    plain[key] |= value
    assert expected in section("model", plain, "html")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        (
            {"fitted_to": "halves"},
            "fitted to each half of the target's speakers",
        ),
        ({"class_shares": "equal"}, "assumed of the target: equal. Only"),
        ({"class_shares": ""}, "without labels). Only baselines"),
    ],
)
def test_adaptation_states_its_assumptions(changes, expected):
    found = {
        **{"name": "em", "form": "transductive", "fitted_to": "test"},
        **{"n_target_utterances": 48, "class_shares": ""},
        "seeds": [{"systems": {}, "vectors": {}}],
    }
    result = {"adaptation": found | changes, "classes": ["anger"]}
    assert expected in section("adaptation", result)


def test_zero_missing_values_have_no_table():
    parts = {"train": {"n_utterances": 4, "n_lacking": 0, "columns": {}}}
    text = section("missing_values", {"missing_values": parts})
    assert "0 of 4 in train" in text and "|" not in text


def test_transcripts_are_counted_by_part():
    counts = {"n_utterances": 7, "n_without": 2, "n_different": 3}
    text = section("text", {"text": {"test": counts}})
    assert "| test | 7 | 2 | 3 |" in text.replace("  ", " ")


def test_languages_without_shared_phones_have_a_sentence():
    found = {"source": "units", "shared": [], "languages": {}}
    text = section("phones", {"phones": found})
    assert text.endswith("0 phones in all languages.\n")


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.stem)
def test_prose_of_templates_is_not_escaped_and_does_not_run_together(path):
    source = path.read_text(encoding="utf-8")
    prose = re.sub(r"\{[{%#].*?[}%#]\}", "", source, flags=re.DOTALL)
    assert not re.search("[<>&]", prose)
    # The line break after a tag is dropped, so no prose may follow.
    assert re.findall(r"^.*\S\{% end\w+ %\}\n\w.*", source, re.MULTILINE) == []
