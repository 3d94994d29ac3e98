"""Style: one colour per emotion, one text per figure, nothing left behind."""

import re

import matplotlib
from matplotlib.figure import Figure

from speechbrain_clser.evaluation import plots
from speechbrain_clser.evaluation.plots import style


def test_svg_is_the_same_twice_and_fetches_nothing(plain):
    first = plots.svg(plots.embedding_map(plain), "map")
    assert first == plots.svg(plots.embedding_map(plain), "map")
    assert "http" not in first


def test_ids_of_two_figures_do_not_meet(plain):
    ids = [
        set(re.findall(r'\bid="([^"]*)"', plots.svg(trial(plain), name)))
        for trial, name in ((plots.reliability, "a"), (plots.reliability, "b"))
    ]
    assert ids[0] and not ids[0] & ids[1]


def test_references_inside_a_figure_lead_somewhere(plain):
    element = plots.svg(plots.training_curves(plain), "curves")
    ids = set(re.findall(r'\bid="([^"]*)"', element))
    wanted = set(re.findall(r'(?:href="#|url\(#)([^")]*)', element))
    assert wanted and wanted <= ids


def test_ink_takes_the_colour_of_the_page():
    figure = Figure()
    figure.text(0.5, 0.5, "word", color=style.INK)
    element = style.svg(figure, "word")
    assert "currentColor" in element and style.INK not in element


def test_style_holds_while_drawing_whatever_the_session_has_set():
    @style.styled
    def trial():
        return matplotlib.rcParams["axes.titlesize"]

    with matplotlib.rc_context({"axes.titlesize": 30}):
        assert trial() == 11
    assert trial.__name__ == "trial"


def test_settings_of_the_session_are_left_alone(plain):
    before = dict(matplotlib.rcParams)
    plots.svg(plots.uar_against_chance(plain), "strip")
    assert dict(matplotlib.rcParams) == before
