"""UAR by duration: values by hand."""

import numpy as np
import pytest
from helpers.runs import make_run

from speechbrain_clser.evaluation import report, run
from speechbrain_clser.evaluation.durations import by_duration


@pytest.fixture
def target(tmp_path):
    """Return the predictions of the target of two seeds, and the lines of parts.csv."""
    found = run.read(make_run(tmp_path, n_target_speakers=1))
    return [s.predictions["test"] for s in found.seeds], found.rows


def timed(rows, seconds):
    """Set the durations of the target."""
    test = (row for row in rows if row["part"] == "test")
    return [
        row | {"duration_s": str(value)}
        for row, value in zip(test, seconds, strict=True)
    ]


def test_thirds_are_scored_on_their_utterances(target):
    runs, rows = target
    found = by_duration(runs, timed(rows, np.arange(12)[::-1] / 10))
    assert [one["name"] for one in found] == [
        *("0.0–0.3 s", "0.4–0.7 s", "0.8–1.1 s"),
    ]
    assert [one["n_utterances"] for one in found] == [4, 4, 4]
    # The last rows are the shortest.
    for one, place in zip(
        found, (slice(8, 12), slice(4, 8), slice(4)), strict=True
    ):
        uars = [
            np.nanmean(
                [
                    np.mean(x.predicted[place][x.target[place] == k] == k)
                    for k in np.unique(x.target[place])
                ]
            )
            for x in runs
        ]
        assert one["mean"] == pytest.approx(np.mean(uars))


@pytest.mark.parametrize(
    "seconds, sizes", [([1] * 12, [12]), ([1] * 6 + [2] * 6, [6, 6])]
)
def test_utterances_of_one_duration_are_in_one_group(target, seconds, sizes):
    runs, rows = target
    found = by_duration(runs, timed(rows, seconds))
    assert [one["n_utterances"] for one in found] == sizes


def test_run_of_an_older_version_has_a_report_without_durations(tmp_path):
    path = make_run(tmp_path) / "parts.csv"
    lines = [line.rsplit(",", 1)[0] for line in path.read_text().splitlines()]
    path.write_text("\n".join([*lines, ""]))
    found = report.build(tmp_path)
    assert found["parts"]["test"]["groups"]["duration"] == []
