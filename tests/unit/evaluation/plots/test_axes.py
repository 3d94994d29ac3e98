"""Shared strokes: percent, and silence about what is unknown."""

import pytest
from matplotlib.figure import Figure

from speechbrain_clser.evaluation.plots.axes import dot, interval, share_axis


@pytest.fixture
def axes():
    """Axes with nothing on them."""
    return Figure().subplots()


def test_interval_is_drawn_in_percent(axes):
    interval(axes, {"low": 0.25, "high": 0.5}, 3, "red")
    (line,) = axes.lines
    assert list(line.get_xdata()) == [25, 50]
    assert list(line.get_ydata()) == [3, 3]


def test_unknown_interval_is_not_drawn(axes):
    interval(axes, {"low": None, "high": None}, 3, "red")
    assert list(axes.lines) == []


def test_first_row_is_on_top(axes):
    share_axis(axes, 3, "recall, %")
    assert axes.get_ylim() == (2.5, -0.5)
    assert axes.get_xlabel() == "recall, %"


def test_dot_has_no_line_and_may_look_otherwise():
    plain, other = dot("red", "a"), dot("red", "a", marker="^")
    assert (plain.get_linestyle(), plain.get_marker()) == ("None", "o")
    assert other.get_marker() == "^"
