"""Report entries and section of fields and highlights."""

import pytest
from helpers.resonated import resonate
from helpers.runs import make_run

from speechbrain_clser.evaluation import report, run
from speechbrain_clser.evaluation.rendering import render
from speechbrain_clser.methods.sere import Sere
from speechbrain_clser.methods.sere.report import resonance


def test_run_without_a_field_has_no_entries(tmp_path):
    assert resonance(run.read(make_run(tmp_path))) is None


def test_field_has_entries_by_seed_and_class(tmp_path):
    found = resonance(run.read(resonate(make_run(tmp_path))))
    assert [one["seed"] for one in found["field"]] == [1, 2]
    first = found["field"][0]
    assert first["pseudo_labels"] == [0.0, 0.2, 0.4, 0.2 * 3]
    assert first["posterior"] == [[0.5] * 4, [0.3] * 4, [0.2] * 4]


def test_highlights_include_predictions(tmp_path):
    found = resonance(run.read(resonate(make_run(tmp_path, skill=50.0))))
    assert found["seed"] == 1
    assert [
        (one["target"], one["predicted"]) for one in found["highlights"]
    ] == [(name, name) for name in ("anger", "happiness", "sadness")]


@pytest.fixture
def resonated(tmp_path):
    """Return the report of a run with a field."""
    return report.build(resonate(make_run(tmp_path)))


def section(result, form="markdown"):
    """Render the section of the field."""
    template, context = Sere.report_sections(result)
    return render(template, form, report=result, **context)


def test_report_without_a_field_has_no_section():
    assert section({"resonance": None}) == section({}) == "\n"


def test_section_contains_figures_and_the_last_epoch(resonated):
    text = section(resonated)
    assert "| pseudo-labels | anger | happiness | sadness |" in text
    assert "| 1 | 30.0 | 60.0 | 50.0 | 30.0 | 20.0 |" in text
    assert section(resonated, "html").count("<figure") == 2


def test_no_highlights_give_no_figure(resonated):
    resonated["resonance"]["highlights"] = []
    assert section(resonated, "html").count("<figure") == 1
