"""Check that tables in READMEs agree with the results."""

import json

import pytest
import recipe
import tables
from helpers.runs import make_run

from speechbrain_clser.evaluation import report
from speechbrain_clser.evaluation.run_counts import RunCounts
from speechbrain_clser.evaluation.statistics import estimate
from speechbrain_clser.evaluation.tables import agrees, rewrite


@pytest.fixture(scope="module")
def built():
    return tables.tables()


@pytest.mark.parametrize("path", tables.FILES, ids=lambda p: p.parent.name)
def test_readme_shows_the_results_and_nothing_else(path, built):
    assert "<!-- table: " in path.read_text(encoding="utf-8")
    assert agrees(path, built), f"{path}: run `make tables`"


def test_number_changed_by_hand_is_caught(tmp_path, built):
    path = tmp_path / "README.md"
    path.write_text("<!-- table: demo -->\n<!-- end: demo -->\n")
    rewrite(path, built)
    assert agrees(path, built)
    path.write_text(path.read_text().replace(" 192 ", " 193 "))
    assert not agrees(path, built)


def test_result_keeps_the_counts_of_its_interval(tmp_path):
    folder = make_run(tmp_path / "run", epochs=1)
    recipe.write(tmp_path / "x.json", [recipe.result(report.build(folder))])
    text = (tmp_path / "x.json").read_text(encoding="utf-8")
    assert '"confusion": [[[[' in text
    (saved,) = json.loads(text)
    found = estimate([RunCounts.from_json(saved["counts"])]).to_json()
    assert found.items() <= saved["uar"].items()
