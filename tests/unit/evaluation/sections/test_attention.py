"""Section on attention weights."""

from helpers.attended import attend
from helpers.runs import make_run

from speechbrain_clser.evaluation import report
from speechbrain_clser.evaluation.document import Picture
from speechbrain_clser.evaluation.sections.attention import attention


def test_report_without_attention_has_no_section(plain):
    assert attention(plain) == []


def test_section_contains_maps_and_seed(tmp_path):
    *_, shown = attention(report.build(attend(make_run(tmp_path))))
    assert isinstance(shown, Picture) and "Seed 1," in shown.caption
