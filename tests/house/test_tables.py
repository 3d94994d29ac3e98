"""A number stands in one place: tables in READMEs are those of the results."""

import sys

import pytest
from house.sources import ROOT

from speechbrain_clser.evaluation.tables import agrees, rewrite

sys.path.insert(0, str(ROOT / "benchmarks"))
import tables  # noqa: E402
import transfer  # noqa: E402


@pytest.mark.parametrize("path", tables.FILES, ids=lambda p: p.parent.name)
def test_readme_shows_the_results_and_nothing_else(path):
    assert "<!-- table: " in path.read_text(encoding="utf-8")
    assert agrees(path, tables.tables()), f"{path}: run `make tables`"


def test_number_changed_by_hand_is_caught(tmp_path):
    path = tmp_path / "README.md"
    path.write_text("<!-- table: demo -->\n<!-- end: demo -->\n")
    rewrite(path, tables.tables())
    assert agrees(path, tables.tables())
    path.write_text(path.read_text().replace(" 25.0 ", " 26.0 "))
    assert not agrees(path, tables.tables())


def test_baseline_of_the_controls_has_no_gain_over_itself(monkeypatch):
    uar = {"mean": 0.5, "low": 0.4, "high": 0.6}
    gain = {"difference": -0.02, "low": -0.05, "high": 0.01, "p_holm": 0.25}
    places = (*tables.CORPUS, "mean")
    alone = {place: {"uar": uar} for place in places}
    told = {place: {"uar": uar, "difference": gain} for place in places}
    against = {"plain": {"plain": alone, "method": told}}
    monkeypatch.setattr(tables, "read", lambda name: {"against": against})
    assert tables.controls()["rows"][0] == ["plain"] + ["50.0 [40.0, 60.0]"] * 5
    assert tables.controls_tests() == {
        "columns": ["system", "minus plain", "p"],
        "rows": [
            ["plain", None, None],
            ["method", "-2.0 [-5.0, +1.0]", "0.2500"],
        ],
    }


def test_figure_of_the_transfer_study_shows_the_results_of_its_table():
    cells = tables.read("transfer")["cells"]
    assert transfer.is_drawn(cells), "run `make tables`"
    assert "UAR, %" in transfer.PICTURE.read_text(encoding="utf-8")
    cells[0]["uar"]["mean"] += 0.001
    assert not transfer.is_drawn(cells)
