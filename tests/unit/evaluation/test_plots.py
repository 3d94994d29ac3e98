"""Figures: drawn without a warning from every odd report, the same twice."""

import copy
import re

import matplotlib
import pytest
from helpers.runs import make_run

from speechbrain_clser.evaluation import plots, report
from speechbrain_clser.labels import CANONICAL

FIGURES = (
    plots.uar_against_chance,
    plots.confusion_matrix,
    plots.recall_per_class,
    plots.uar_by_language,
    plots.prediction_histogram,
    plots.reliability,
    plots.training_curves,
    plots.embedding_map,
)
CASES = {
    "plain": {},
    "one seed, one speaker, one epoch": {
        "seeds": (1,),
        "n_target_speakers": 1,
        "epochs": 1,
    },
    "absent class": {"meant": ("anger", "sadness")},
}


@pytest.fixture(scope="module", params=CASES)
def result(request, tmp_path_factory):
    """The report of a made-up run."""
    folder = tmp_path_factory.mktemp("run")
    return report.build(make_run(folder, **CASES[request.param]))


@pytest.mark.parametrize("draw", FIGURES)
def test_figure_is_drawn_and_leaves_the_report_alone(draw, result):
    before = copy.deepcopy(result)
    element = plots.svg(draw(result), "figure")
    assert element.startswith("<svg") and element.endswith("</svg>")
    assert "<path" in element
    assert result == before


def texts(element):
    """What can be read in a figure."""
    return re.findall(r"<text[^>]*>([^<]*)</text>", element)


@pytest.fixture
def plain(tmp_path):
    """The report of a run with nothing odd about it."""
    return report.build(make_run(tmp_path))


def test_svg_is_the_same_twice_and_fetches_nothing(plain):
    first = plots.svg(plots.embedding_map(plain), "map")
    assert first == plots.svg(plots.embedding_map(plain), "map")
    assert "http" not in first


def test_ids_of_two_figures_do_not_meet(plain):
    ids = [
        set(re.findall(r'\bid="([^"]*)"', plots.svg(draw(plain), name)))
        for draw, name in ((plots.reliability, "a"), (plots.reliability, "b"))
    ]
    assert ids[0] and not ids[0] & ids[1]


def test_references_inside_a_figure_lead_somewhere(plain):
    element = plots.svg(plots.training_curves(plain), "curves")
    ids = set(re.findall(r'\bid="([^"]*)"', element))
    wanted = set(re.findall(r'(?:href="#|url\(#)([^")]*)', element))
    assert wanted and wanted <= ids


def test_confusion_matrix_shows_shares_and_counts(plain):
    plain["parts"]["target_scored"]["confusion"] = [
        [3, 1, 0],
        [0, 4, 0],
        [0, 0, 0],
    ]
    found = texts(plots.svg(plots.confusion_matrix(plain), "c"))
    assert found.count("75 %") == 1
    assert found.count("100 %") == 1
    assert found.count("–") == 3


def test_every_loss_has_its_panel_when_there_are_several(plain):
    for curve in plain["curves"]:
        for record in curve["records"]:
            record["train_supcon"] = 1.0
    axes = plots.training_curves(plain).axes
    titles = [a.get_title(loc="left") for a in axes if a.get_title(loc="left")]
    assert titles == ["UAR, %", "loss", "loss: emotion", "loss: supcon"]


def test_selected_epochs_are_marked(plain):
    axes = plots.training_curves(plain).axes[0]
    marks = [line for line in axes.lines if line.get_marker() == "o"]
    epochs = [int(mark.get_xdata()[0]) for mark in marks]
    assert epochs == [seed["epoch"] for seed in plain["selection"]["seeds"]]


def test_unvalidated_epoch_leaves_a_gap(plain):
    for curve in plain["curves"]:
        curve["records"][0]["source_valid_uar"] = None
    line = plots.training_curves(plain).axes[0].lines[0]
    assert line.get_ydata()[0] != line.get_ydata()[0]


def test_every_emotion_has_a_colour_of_its_own():
    assert set(plots.EMOTIONS) == set(CANONICAL)
    assert len(set(plots.EMOTIONS.values())) == len(CANONICAL)


def test_settings_of_the_session_are_left_alone(plain):
    before = dict(matplotlib.rcParams)
    plots.svg(plots.uar_against_chance(plain), "strip")
    assert dict(matplotlib.rcParams) == before
