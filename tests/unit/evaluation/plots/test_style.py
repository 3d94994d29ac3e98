"""Style and SVG rendering of figures."""

import re

import matplotlib
from matplotlib.figure import Figure

from speechbrain_clser.evaluation import plots
from speechbrain_clser.evaluation.plots import style


def test_svg_is_deterministic_and_self_contained(plain):
    first = plots.svg(plots.embedding_map(plain), "map")
    assert first == plots.svg(plots.embedding_map(plain), "map")
    assert "http" not in first


def test_ids_of_two_figures_differ(plain):
    ids = [
        set(re.findall(r'\bid="([^"]*)"', plots.svg(trial(plain), name)))
        for trial, name in ((plots.reliability, "a"), (plots.reliability, "b"))
    ]
    assert ids[0] and not ids[0] & ids[1]


def test_references_inside_a_figure_are_valid(plain):
    element = plots.svg(plots.training_curves(plain), "curves")
    ids = set(re.findall(r'\bid="([^"]*)"', element))
    wanted = set(re.findall(r'(?:href="#|url\(#)([^")]*)', element))
    assert wanted and wanted <= ids


def test_ink_becomes_the_text_colour_of_the_page():
    figure = Figure()
    figure.text(0.5, 0.5, "word", color=style.INK)
    element = style.svg(figure, "word")
    assert "currentColor" in element and style.INK not in element


def test_style_overrides_matplotlib_settings():
    @style.styled
    def trial():
        return matplotlib.rcParams["axes.titlesize"]

    with matplotlib.rc_context({"axes.titlesize": 30}):
        assert trial() == 11
    assert trial.__name__ == "trial"


def test_matplotlib_settings_are_unchanged(plain):
    before = dict(matplotlib.rcParams)
    plots.svg(plots.uar_against_chance(plain), "strip")
    assert dict(matplotlib.rcParams) == before
