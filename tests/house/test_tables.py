"""Check that tables in READMEs agree with the results."""

import json

import pytest
import recipe
import tables
import transfer
from helpers.runs import make_run

from speechbrain_clser.evaluation import report
from speechbrain_clser.evaluation.statistics import RunCounts, estimate
from speechbrain_clser.evaluation.tables import agrees, render, rewrite


@pytest.mark.parametrize("path", tables.FILES, ids=lambda p: p.parent.name)
def test_readme_shows_the_results_and_nothing_else(path):
    assert "<!-- table: " in path.read_text(encoding="utf-8")
    assert agrees(path, tables.tables()), f"{path}: run `make tables`"


def test_number_changed_by_hand_is_caught(tmp_path):
    path = tmp_path / "README.md"
    path.write_text("<!-- table: demo -->\n<!-- end: demo -->\n")
    rewrite(path, tables.tables())
    assert agrees(path, tables.tables())
    path.write_text(path.read_text().replace(" 192 ", " 193 "))
    assert not agrees(path, tables.tables())


def test_results_without_counts_are_marked_as_uncorrected(monkeypatch):
    monkeypatch.setattr(tables, "read", lambda name: found)
    found = {"cells": [{"counts": {}}, {}], "against": {}}
    marked = render(tables.controls())
    assert "they are too narrow (benchmarks/results.md)" in marked
    found = {"cells": [{"counts": {}}], "against": {}}
    assert "too narrow" not in render(tables.controls())


def test_result_keeps_the_counts_of_its_interval(tmp_path):
    folder = make_run(tmp_path / "run", epochs=1)
    recipe.write(tmp_path / "x.json", [recipe.result(report.build(folder))])
    text = (tmp_path / "x.json").read_text(encoding="utf-8")
    assert '"confusion": [[[[' in text
    (saved,) = json.loads(text)
    found = estimate([RunCounts.from_json(saved["counts"])]).to_json()
    assert found.items() <= saved["uar"].items()


def test_baseline_of_the_controls_has_no_gain_over_itself(monkeypatch):
    uar = {"mean": 0.5, "low": 0.4, "high": 0.6}
    gain = {"difference": -0.02, "low": -0.05, "high": 0.01, "p_holm": 0.25}
    places = (*tables.CORPUS, "mean")
    alone = {place: {"uar": uar} for place in places}
    output = {place: {"uar": uar, "difference": gain} for place in places}
    against = {"plain": {"plain": alone, "method": output}}
    found = {"cells": [{"counts": {}}], "against": against}
    monkeypatch.setattr(tables, "read", lambda name: found)
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
