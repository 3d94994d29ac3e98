"""Number of pseudo-labels."""

from helpers.anchored import anchor
from helpers.runs import make_run

from speechbrain_clser.evaluation import report
from speechbrain_clser.evaluation.plots import pseudo_labels


def test_each_seed_has_a_line_in_percent(tmp_path):
    result = report.build(anchor(make_run(tmp_path)))
    (axes,) = pseudo_labels(result).axes
    assert len(axes.lines) == 2
    assert axes.lines[0].get_xdata().tolist() == [1, 2, 3]
    assert axes.lines[0].get_ydata()[-1] == 100 * 30 / 48
