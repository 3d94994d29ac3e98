"""Figures of communities and pseudo-labels."""

import pytest
from helpers.anchored import anchor
from helpers.runs import make_run

from speechbrain_clser.evaluation import report
from speechbrain_clser.evaluation.plots.style import GROUPS
from speechbrain_clser.methods.dual_anchor.plots import (
    pseudo_labels,
    speaker_graphs,
)


@pytest.fixture
def anchored(tmp_path):
    """Return the report of a run with dual anchoring."""
    return report.build(anchor(make_run(tmp_path)))


def panels(result):
    """Return axes by emotion."""
    axes = speaker_graphs(result).axes
    return {a.get_title(loc="left"): a for a in axes}


def test_each_emotion_has_a_panel_with_speakers_and_edges(anchored):
    drawn = panels(anchored)
    assert list(drawn) == ["anger", "happiness"]
    graph = anchored["anchoring"]["emotions"][0]["graph"]
    lines, *marks = drawn["anger"].collections
    assert len(lines.get_segments()) == len(graph["edges"])
    assert sum(len(m.get_offsets()) for m in marks) == len(graph["x"])


def test_communities_have_colours_and_languages_markers(anchored):
    _, german, urdu = panels(anchored)["anger"].collections
    shapes = [m.get_paths()[0].vertices.shape for m in (german, urdu)]
    assert shapes[0] != shapes[1]
    for marks in (german, urdu):
        colours = {tuple(c) for c in marks.get_facecolors()}
        assert len(colours) == 2
    labels = [t.get_text() for t in speaker_graphs(anchored).legends[0].texts]
    assert labels == ["German", "Urdu"]


def test_colours_repeat_for_many_communities(anchored):
    graph = anchored["anchoring"]["emotions"][0]["graph"]
    graph["community"] = [len(GROUPS)] * len(graph["community"])
    _, german, _ = panels(anchored)["anger"].collections
    graph["community"] = [0] * len(graph["community"])
    _, again, _ = panels(anchored)["anger"].collections
    assert german.get_facecolors().tolist() == again.get_facecolors().tolist()


@pytest.mark.parametrize("n, grid", [(1, 1), (3, 3), (4, 4), (5, 6)])
def test_any_number_of_emotions_has_panels(anchored, n, grid):
    first = anchored["anchoring"]["emotions"][0]
    anchored["anchoring"]["emotions"] = [first] * n
    assert len(speaker_graphs(anchored).axes) == grid


def test_pseudo_labels_of_each_seed_are_a_line_in_percent(anchored):
    (axes,) = pseudo_labels(anchored).axes
    assert len(axes.lines) == 2
    assert axes.lines[0].get_xdata().tolist() == [1, 2, 3]
    assert axes.lines[0].get_ydata()[-1] == 100 * 30 / 48
