"""Entries and sections of a report that a method provides."""

import logging

import pytest
from helpers import distributions
from helpers.runs import make_run, set_method

from speechbrain_clser.entry_points import PARTS
from speechbrain_clser.evaluation import page, report

PATH = "my_package.counter.Counter"
METHOD = """
class Counter:
    @staticmethod
    def report_entries(run):
        return {"KEY": [seed.number for seed in run.first_trial]}

    @staticmethod
    def report_sections(report):
        macros = "{{ text(words) }}{{ picture(counts) }}"
        template = "{% call section('Counter') %}" + macros + "{% endcall %}"
        return template, {"words": f"Counted {report['KEY']}.", "counts": counts}


def counts(report):
    from matplotlib.figure import Figure

    figure = Figure()
    figure.text(0.5, 0.5, "counted")
    return figure
"""


@pytest.fixture
def run(tmp_path):
    """Return a run of a method of another package."""
    folder = make_run(tmp_path / "run", seeds=(1,))
    set_method(
        folder, PATH, old="speechbrain_clser.methods.source_only.SourceOnly"
    )
    return folder


def installed(folder, key="n_seeds_counted", declared="my_package.counter"):
    """Install the package of the method."""
    files = {
        "my_package/__init__.py": "",
        "my_package/counter.py": METHOD.replace("KEY", key),
    }
    points = {PARTS: {"x": declared}}
    return distributions.installed(folder / "packages", files, points)


def test_method_of_a_package_has_entries_and_a_section(run, tmp_path):
    with installed(tmp_path):
        assert report.build(run)["n_seeds_counted"] == [1]
        page.write(run)
    assert "## Counter\n\nCounted [1]." in (run / "report.md").read_text()
    html = (run / "report.html").read_text(encoding="utf-8")
    assert 'id="counts-' in html and "counted</text>" in html


def test_package_that_is_not_installed_has_a_warning(run, caplog):
    with caplog.at_level(logging.WARNING):
        report.build(run)
    page.write(run)
    assert f"{PATH}: the report has no sections of its own" in caplog.text
    assert "the package my_package is not installed" in caplog.text


def test_class_that_is_not_declared_is_not_imported(run, tmp_path, caplog):
    with installed(tmp_path, declared="my_package.other"):
        assert "n_seeds_counted" not in report.build(run)
    assert "no package declares" in caplog.text


@pytest.mark.parametrize(
    ("path", "reason"),
    [
        ("speechbrain_clser.methods.later.Later", "No module named"),
        (
            "speechbrain_clser.methods.sere.Later",
            "not a method of this version",
        ),
        (
            "speechbrain_clser.methods.sere.method.torch",
            "it is no speechbrain_",
        ),
    ],
)
def test_what_is_no_method_of_this_version_has_a_warning(
    path, reason, run, caplog
):
    set_method(run, path, old=PATH)
    report.build(run)
    assert f"{path}: the report has no sections" in caplog.text
    assert reason in caplog.text
    page.write(run)


def test_key_of_all_reports_is_refused(run, tmp_path):
    with installed(tmp_path, key="parts"):
        with pytest.raises(ValueError, match="found parts, which all reports"):
            report.build(run)
