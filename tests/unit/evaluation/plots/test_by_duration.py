"""UAR by duration."""

import pytest

from speechbrain_clser.evaluation.plots import uar_by_duration


def test_shortest_third_is_at_the_top_with_its_interval_and_chance(plain):
    groups = plain["parts"]["test"]["groups"]["duration"]
    axes = uar_by_duration(plain).axes[0]
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == [f"{g['name']} ({g['n_utterances']})" for g in groups]
    assert labels[0].startswith("1.0–") and axes.yaxis_inverted()
    interval, mean, chance = axes.lines[:3]
    expected = [100 * groups[0]["low"], 100 * groups[0]["high"]]
    assert interval.get_xdata() == pytest.approx(expected)
    assert mean.get_xdata() == pytest.approx(100 * groups[0]["mean"])
    assert chance.get_xdata() == pytest.approx(
        [100 / groups[0]["n_classes"]] * 2
    )
