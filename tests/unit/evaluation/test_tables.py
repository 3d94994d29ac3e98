"""Rendering and replacement of tables."""

import pytest

from speechbrain_clser.evaluation import tables

TABLE = {"columns": ["target", "UAR"], "rows": [["Urdu", "56.7 [51.0, 60.2]"]]}
FILE = "# Title\n\nbefore\n\n<!-- table: main -->\nold\n<!-- end: main -->\n\nafter\n"


@pytest.fixture
def readme(tmp_path):
    """Return a file with an outdated table."""
    path = tmp_path / "README.md"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_rewrite_replaces_only_the_table(readme):
    tables.rewrite(readme, {"main": TABLE})
    expected = "| target | UAR |\n|---|---:|\n| Urdu | 56.7 [51.0, 60.2] |\n"
    assert readme.read_text(encoding="utf-8") == FILE.replace("old\n", expected)


def test_agrees_only_after_rewrite_and_changes_nothing(readme):
    assert not tables.agrees(readme, {"main": TABLE})
    assert readme.read_text(encoding="utf-8") == FILE
    tables.rewrite(readme, {"main": TABLE})
    assert tables.agrees(readme, {"main": TABLE})


def test_table_without_markers_is_ignored(readme):
    tables.rewrite(readme, {"main": TABLE, "elsewhere": TABLE})
    assert "elsewhere" not in readme.read_text(encoding="utf-8")


def test_marker_without_a_result_raises(readme):
    with pytest.raises(
        KeyError, match="expected a result for the table 'main'"
    ):
        tables.rewrite(readme, {"other": TABLE})


@pytest.mark.parametrize("lost", ["<!-- table: main -->", "<!-- end: main -->"])
def test_single_marker_raises(readme, lost):
    readme.write_text(FILE.replace(lost, ""), encoding="utf-8")
    with pytest.raises(ValueError, match="found only the marker"):
        tables.agrees(readme, {"main": TABLE})


def test_row_of_wrong_length_raises():
    with pytest.raises(ValueError, match=r"expected 2 cells \(a, b\), found 1"):
        tables.render({"columns": ["a", "b"], "rows": [["x"]]})


def test_numbers_with_unknown_values_are_right_aligned():
    rows = [["x", None], ["y", "–"], ["z", "3.0 ± 0.1"]]
    text = tables.render({"columns": ["a", "b"], "rows": rows})
    assert text.splitlines()[1] == "|---|---:|"


def test_cell_is_escaped():
    text = tables.render({"columns": ["a"], "rows": [["x|y\n<b>*z*</b>"]]})
    assert text.splitlines()[2] == ("| x\\|y &lt;b&gt;\\*z\\*&lt;/b&gt; |")
