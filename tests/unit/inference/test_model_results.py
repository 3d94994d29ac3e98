"""Test that results are added to a model folder and replaced."""

import json

import pytest
from helpers.runs import make_run

from speechbrain_clser.evaluation import report as reports
from speechbrain_clser.inference.model_results import add_results, summary

README = """\
# Recogniser

## Use

Load it.

## Results

Not computed yet.

## Limits

- Few.
"""


@pytest.fixture
def with_room(run):
    """Return the run with a README that has a section for results."""
    (run / "model" / "README.md").write_text(README, encoding="utf-8")
    return run


def text(run):
    return (run / "model" / "README.md").read_text(encoding="utf-8")


def test_results_replace_only_the_results_section(with_room, output):
    assert add_results(with_room)
    head, results, rest = text(with_room).partition("## Results\n")
    assert head == README.partition("## Results\n")[0]
    assert rest.endswith("\n\n## Limits\n\n- Few.\n")
    uar = output["parts"]["test"]["scores"]["uar"]
    low, high = (f"{100 * uar[key]:.1f}" for key in ("low", "high"))
    assert f"95 % interval [{low}, {high}]" in rest
    assert "Protocol emodb\\_to\\_urdu (0123456789ab); supervision: " in rest
    assert output["verdict"]["sentence"] in rest
    assert "Not computed yet" not in rest


def test_results_are_appended_without_a_section(run):
    before = text(run)
    assert add_results(run) and add_results(run)
    assert text(run).startswith(f"{before.rstrip()}\n\n## Results\n")
    assert text(run).count("## Results") == 1


def test_results_of_a_later_report_replace_the_first(with_room):
    add_results(with_room)
    first = text(with_room)
    add_results(with_room)
    assert text(with_room) == first
    make_run(with_room, skill=0.1)
    reports.build(with_room)
    add_results(with_room)
    assert text(with_room) != first
    assert text(with_room).count("## Results") == 1


def test_scores_are_written_as_json(with_room, output):
    add_results(with_room)
    found = json.loads((with_room / "model" / "results.json").read_text())
    part = output["parts"]["test"]
    assert found["uar"]["mean"] == part["scores"]["uar"]["mean"]
    seed = json.loads((with_room / "model" / "training.json").read_text())[
        "seed"
    ]
    (own,) = (one["uar"] for one in part["per_seed"] if one["seed"] == seed)
    assert found["own_uar"] == own
    assert (found["languages"], found["synthetic"]) == ("Urdu", [])


@pytest.mark.parametrize("file", ["report.json", "model/training.json"])
def test_nothing_is_added_without_a_report_or_a_model(with_room, file):
    (with_room / file).unlink()
    assert not add_results(with_room)
    assert text(with_room) == README


@pytest.mark.parametrize("other", [{"seed": 77}, {"protocol": "ffff"}])
def test_report_of_other_trainings_adds_nothing(with_room, output, other):
    path = with_room / "model" / "training.json"
    training = json.loads(path.read_text())
    assert summary(output, training)
    path.write_text(json.dumps(training | other))
    assert not add_results(with_room)
    assert text(with_room) == README
