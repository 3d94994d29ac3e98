"""Believed guesses: in percent, a line per seed."""

from helpers.anchored import anchor
from helpers.runs import make_run

from speechbrain_clser.evaluation import report
from speechbrain_clser.evaluation.plots import believed_guesses


def test_every_seed_has_a_line_in_percent(tmp_path):
    result = report.build(anchor(make_run(tmp_path)))
    (axes,) = believed_guesses(result).axes
    assert len(axes.lines) == 2
    assert axes.lines[0].get_xdata().tolist() == [1, 2, 3]
    assert axes.lines[0].get_ydata()[-1] == 100 * 30 / 48
