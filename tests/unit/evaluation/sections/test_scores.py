"""Section on scores."""

import pytest
from helpers.runs import make_run

from speechbrain_clser.evaluation import report
from speechbrain_clser.evaluation.document import Details, Table
from speechbrain_clser.evaluation.sections.scores import scores


def test_standard_deviation_is_rendered_if_present(plain):
    found = plain["parts"]["target_scored"]["scores"]
    found["uar"] |= {"mean": 0.5, "sd": 0.0125, "low": 0.4, "high": 0.6}
    found["wa"] |= {"mean": 0.25, "sd": None}
    means, _ = [b for b in scores(plain) if isinstance(b, Table)]
    target = dict(zip(means.columns, means.rows[0], strict=True))
    assert target[""] == "Target corpus"
    assert target["UAR"].startswith("50.0 ± 1.")
    assert target["WA"] == "25.0"


def test_each_seed_has_a_row(plain):
    _, seeds = [b for b in scores(plain) if isinstance(b, Table)]
    assert [row[0] for row in seeds.rows] == [1, 2]
    assert [len(row) for row in seeds.rows] == [len(seeds.columns)] * 2


@pytest.fixture
def with_trials(tmp_path):
    """Return the report of two trials of two seeds."""
    make_run(tmp_path, seeds=(1, 2))
    make_run(tmp_path / "trial_1", seeds=(1001, 1002))
    return report.build(tmp_path)


def test_each_trial_has_a_row_and_seeds_are_collapsed(with_trials):
    blocks = scores(with_trials)
    _, trials = [b for b in blocks if isinstance(b, Table)]
    assert [row[0] for row in trials.rows] == [0, 1]
    (folded,) = [b for b in blocks if isinstance(b, Details)]
    (trainings,) = folded.blocks
    assert [row[:2] for row in trainings.rows] == [
        *([0, 1], [0, 2], [1, 1001], [1, 1002]),
    ]


def test_baselines_are_below_the_method(plain):
    plain["baselines"] = [
        {
            "name": "label_propagation",
            "uar": {"mean": 0.5, "sd": None, "low": 0.4, "high": 0.6},
            "difference": {"mean": 0.021, "low": -0.01, "high": 0.05},
        }
    ]
    *_, table = [b for b in scores(plain) if isinstance(b, Table)]
    assert table.rows[0][0] == "source_only"
    assert table.rows[1] == [
        *("label propagation", "50.0", "[40.0, 60.0]"),
        *("+2.1", "[-1.0, +5.0]"),
    ]
