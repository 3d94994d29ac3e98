"""Figures of highlights and of the field."""

from helpers.resonated import resonate
from helpers.runs import make_run

from speechbrain_clser.evaluation import report
from speechbrain_clser.methods.sere.plots import (
    field_posteriors,
    highlight_moments,
)


def test_frames_are_coloured_by_weight(tmp_path):
    result = report.build(resonate(make_run(tmp_path)))
    axes = highlight_moments(result).axes
    assert [one.axison for one in axes] == [True, True, True, False]
    spans = axes[0].patches
    assert [round(s.get_x(), 3) for s in spans] == [0.375, 0.75]
    assert spans[0].get_alpha() > spans[1].get_alpha()


def test_wrong_prediction_is_in_the_title(tmp_path):
    result = report.build(resonate(make_run(tmp_path)))
    output = result["resonance"]["highlights"]
    output[0]["predicted"], output[1]["predicted"] = "sadness", "happiness"
    titles = [a.get_title(loc="left") for a in highlight_moments(result).axes]
    assert titles[0] == "anger, predicted sadness (Urdu)"
    assert titles[1] == "happiness (Urdu)"


def test_each_seed_has_a_line_for_each_class(tmp_path):
    result = report.build(resonate(make_run(tmp_path)))
    left, right = field_posteriors(result).axes
    *lines, even = left.lines
    assert len(lines) == 2 * 3 and len(right.lines) == 2 * 2
    assert lines[0].get_xdata().tolist() == [1, 2, 3, 4]
    assert list(lines[0].get_ydata()) == [50.0] * 4
    assert even.get_ydata()[0] == 100 / 3
