"""Scores by labelled fraction."""

import pytest

from speechbrain_clser.evaluation.plots.style import svg
from speechbrain_clser.evaluation.plots.transfer import scores_by_share


def cell(system, share, mean, **place):
    score = {"mean": mean, "low": mean - 0.1, "high": mean + 0.1}
    place = {"target": "emodb", "split": "paper-like", **place}
    return {**place, "system": system, "share": share, "uar": score}


CELLS = [
    cell("all", 0.1, 0.7),
    cell("all", 0.0, 0.5),
    cell("alone", 0.1, 0.4),
    cell("all", 0.1, 0.6, target="urdu"),
]


def test_line_is_sorted_by_fraction():
    axes, _ = scores_by_share(CELLS).axes
    assert axes.get_ylabel() == "UAR, %"
    lines = {
        line.get_label(): line.get_xydata().tolist() for line in axes.lines
    }
    assert lines["all"] == [[0, 50], [10, 70]]
    assert lines["alone"] == [[10, 40]]


def test_band_is_the_interval():
    axes, _ = scores_by_share(CELLS).axes
    band = axes.collections[0].get_paths()[0].vertices
    assert band[:, 1].min() == pytest.approx(40)
    assert band[:, 1].max() == pytest.approx(80)


def test_each_target_has_a_row_and_the_figure_is_rendered():
    figure = scores_by_share(CELLS)
    titles = [axes.get_title(loc="left") for axes in figure.axes]
    assert titles == ["emodb, paper-like", "urdu, paper-like"]
    assert svg(figure, "transfer").startswith("<svg")
