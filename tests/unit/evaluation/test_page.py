"""Content, self-containment and determinism of the report page."""

import json
import re
from pathlib import Path

import pytest
from helpers import reports
from helpers.runs import make_run

from speechbrain_clser.evaluation import page, report

GOLDEN = Path(__file__).parents[2] / "reference" / "report_golden"


def pages_of(folder, **changes):
    """Return Markdown and HTML of a synthetic run."""
    report.build(make_run(folder, **changes))
    page.write(folder)
    names = ("report.md", "report.html")
    return [(folder / name).read_text(encoding="utf-8") for name in names]


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    """Return Markdown and HTML of a run without limitations."""
    return pages_of(tmp_path_factory.mktemp("run"), n_target_speakers=6)


def test_page_is_self_contained(plain):
    _, text = plain
    assert "http" not in text
    assert "<script" not in text and "<link" not in text
    assert not re.search(r"\bsrc=|@import|url\((?!#)", text)


def test_pages_are_deterministic(plain, tmp_path):
    assert pages_of(tmp_path, n_target_speakers=6) == plain


def test_ids_are_unique_on_the_page(plain):
    _, text = plain
    ids = re.findall(r'\bid="([^"]*)"', text)
    assert len(ids) == len(set(ids))


def test_random_predictions_are_not_better_than_chance(tmp_path):
    for text in pages_of(tmp_path, skill=0.0, n_target_speakers=6):
        assert "Not shown to be better than chance" in text


def test_synthetic_corpus_has_a_notice_in_the_first_section(tmp_path):
    make_run(tmp_path)
    path = tmp_path / "data.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    data["corpora"][1]["elicitation"] = "synthetic"
    path.write_text(json.dumps(data), encoding="utf-8")
    report.build(tmp_path)
    page.write(tmp_path)
    text = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "do not transfer to human speech" in text.split("<h2>")[0]


def test_page_without_a_report_raises(tmp_path):
    with pytest.raises(FileNotFoundError, match="call report.build first"):
        page.write(tmp_path)


@pytest.mark.parametrize("name", reports.RUNS)
def test_pages_are_those_of_the_golden_files(name, tmp_path):
    for file, text in reports.pages(name, tmp_path).items():
        assert text.split() == (GOLDEN / file).read_text("utf-8").split()
        words = re.sub(r"<[^>]*>", " ", text).split()
        assert not {"nan", "None", "null"} & {*words}
