"""Section on the resonance field."""

import pytest
from helpers.resonated import resonate
from helpers.runs import make_run

from speechbrain_clser.evaluation import report
from speechbrain_clser.evaluation.document import Picture, Table
from speechbrain_clser.evaluation.sections.resonance import resonance


@pytest.fixture
def resonated(tmp_path):
    """Return the report of a run with a field."""
    return report.build(resonate(make_run(tmp_path)))


def test_report_without_a_field_has_no_section(plain):
    assert resonance(plain) == []


def test_section_contains_figures_and_the_last_epoch(resonated):
    blocks = resonance(resonated)
    assert sum(isinstance(block, Picture) for block in blocks) == 2
    (table,) = [block for block in blocks if isinstance(block, Table)]
    assert table.columns[3:] == ["anger", "happiness", "sadness"]
    assert table.rows[0] == [1, "30.0", "60.0", "50.0", "30.0", "20.0"]


def test_no_highlights_give_no_figure(resonated):
    resonated["resonance"]["highlights"] = []
    blocks = resonance(resonated)
    assert sum(isinstance(block, Picture) for block in blocks) == 1
