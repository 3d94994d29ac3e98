"""Shared elements of figures."""

import pytest
from matplotlib.figure import Figure

from speechbrain_clser.evaluation.plots.axes import dot, estimate, share_axis


@pytest.fixture
def axes():
    """Return empty axes."""
    return Figure().subplots()


def test_mean_and_interval_are_plotted_in_percent(axes):
    estimate(axes, {"mean": 0.4, "low": 0.25, "high": 0.5}, 3, "red")
    bar, mean = axes.lines
    assert list(bar.get_xdata()) == [25, 50]
    assert list(bar.get_ydata()) == [3, 3]
    assert list(mean.get_xdata()) == [40]


def test_unknown_interval_is_not_plotted(axes):
    estimate(axes, {"mean": 0.4, "low": None, "high": None}, 3, "red")
    (mean,) = axes.lines
    assert mean.get_marker() == "o"


def test_first_row_is_on_top(axes):
    share_axis(axes, 3, "recall, %")
    assert axes.get_ylim() == (2.5, -0.5)
    assert axes.get_xlabel() == "recall, %"


def test_dot_has_no_line_and_accepts_options():
    plain, other = dot("red", "a"), dot("red", "a", marker="^")
    assert (plain.get_linestyle(), plain.get_marker()) == ("None", "o")
    assert other.get_marker() == "^"
