"""The map: three panels of the same points, and their legend."""

from speechbrain_clser.evaluation.plots import embedding_map


def test_same_points_are_in_every_panel(plain):
    *panels, _ = embedding_map(plain).axes
    titles = [axes.get_title(loc="left") for axes in panels]
    assert titles == ["emotion", "language", "speaker"]
    for axes in panels:
        shown = sum(len(dots.get_offsets()) for dots in axes.collections)
        assert shown == len(plain["map"]["x"])


def test_colours_that_repeat_are_said_to(plain):
    points = plain["map"]
    said = embedding_map(plain).axes[3].texts[0].get_text()
    assert said == "8 speakers"
    points["speaker"][0] = "emodb_99"
    said = embedding_map(plain).axes[3].texts[0].get_text()
    assert said == "9 speakers; colours repeat"
