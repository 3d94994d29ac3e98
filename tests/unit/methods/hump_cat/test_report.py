"""Report entries and section of attention weights."""

from helpers.attended import attend
from helpers.runs import make_run

from speechbrain_clser.evaluation import report, run
from speechbrain_clser.evaluation.document import Picture
from speechbrain_clser.methods.hump_cat.report import attention, sections


def test_run_without_attention_has_no_entries(tmp_path):
    assert attention(run.read(make_run(tmp_path))) is None


def test_maps_include_predictions(tmp_path):
    found = attention(run.read(attend(make_run(tmp_path, skill=50.0))))
    assert found["seed"] == 1
    names = ("anger", "happiness", "sadness")
    assert [(u["target"], u["predicted"]) for u in found["utterances"]] == [
        (name, name) for name in names
    ]
    assert found["utterances"][0]["stages"][1]["names"][1] == "ssl"


def test_report_without_attention_has_no_section():
    assert sections({"attention": None}) == sections({}) == []


def test_section_contains_maps_and_seed(tmp_path):
    *_, shown = sections(report.build(attend(make_run(tmp_path))))
    assert isinstance(shown, Picture) and "Seed 1," in shown.caption
