import pytest
from helpers.rated import rate
from helpers.runs import make_run

from speechbrain_clser.evaluation import page, plots, report


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a run of two dimensions with a baseline and a report."""
    path = rate(make_run(tmp_path_factory.mktemp("run"), n_target_speakers=6))
    report.build(path)
    page.write(path)
    return path


def test_report_has_scores_with_intervals_and_no_part_of_classes(folder):
    found = report.build(folder)
    ccc = found["parts"]["test"]["scores"]["ccc"]
    assert 0 < ccc["low"] < ccc["mean"] < ccc["high"] < 1
    assert found["baselines"][0]["difference"]["low"] > 0
    assert found.keys().isdisjoint({"probes", "shortcuts", "map"})
    text = (folder / "report.html").read_text()
    for heading in ("Scores", "Baselines", "By group", "Audit", "Data"):
        assert f">{heading}<" in text
    for word in ("UAR", "confusion", "Probes", "calibration"):
        assert word not in text


def test_console_has_a_line_per_dimension(folder):
    lines = report.summary(report.build(folder)).splitlines()
    assert sum(line.startswith("test ") for line in lines) == 3
    assert any(line.startswith("linear") for line in lines)


def test_figures_of_values_are_plotted(folder):
    found = report.build(folder)
    for draw in (plots.predicted_values, plots.training_curves):
        assert "<path" in plots.svg(draw(found), "figure")
