"""Posteriors of the field."""

from helpers.resonated import resonate
from helpers.runs import make_run

from speechbrain_clser.evaluation import report
from speechbrain_clser.evaluation.plots import field_posteriors


def test_each_seed_has_a_line_for_each_class(tmp_path):
    result = report.build(resonate(make_run(tmp_path)))
    left, right = field_posteriors(result).axes
    *lines, even = left.lines
    assert len(lines) == 2 * 3 and len(right.lines) == 2 * 2
    assert lines[0].get_xdata().tolist() == [1, 2, 3, 4]
    assert list(lines[0].get_ydata()) == [50.0] * 4
    assert even.get_ydata()[0] == 100 / 3
