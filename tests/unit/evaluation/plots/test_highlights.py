"""Highlights: over the waveform, where the weights are."""

from helpers.resonated import resonate
from helpers.runs import make_run

from speechbrain_clser.evaluation import report
from speechbrain_clser.evaluation.plots import highlight_moments


def test_frames_with_weight_are_coloured_the_stronger_the_more(tmp_path):
    result = report.build(resonate(make_run(tmp_path)))
    axes = highlight_moments(result).axes
    assert [one.axison for one in axes] == [True, True, True, False]
    spans = axes[0].patches
    assert [round(s.get_x(), 3) for s in spans] == [0.375, 0.75]
    assert spans[0].get_alpha() > spans[1].get_alpha()


def test_wrong_answer_is_named_beside_what_was_meant(tmp_path):
    result = report.build(resonate(make_run(tmp_path)))
    output = result["resonance"]["highlights"]
    output[0]["predicted"], output[1]["predicted"] = "sadness", "happiness"
    titles = [a.get_title(loc="left") for a in highlight_moments(result).axes]
    assert titles[0] == "anger, heard as sadness (Urdu)"
    assert titles[1] == "happiness (Urdu)"
