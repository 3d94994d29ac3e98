"""Map of embeddings."""

from speechbrain_clser.evaluation.plots import embedding_map


def test_same_points_are_in_every_panel(plain):
    *panels, _ = embedding_map(plain).axes
    titles = [axes.get_title(loc="left") for axes in panels]
    assert titles == ["emotion", "language", "speaker"]
    for axes in panels:
        shown = sum(len(dots.get_offsets()) for dots in axes.collections)
        assert shown == len(plain["map"]["x"])


def test_repeated_colours_are_in_the_legend(plain):
    points = plain["map"]
    text = embedding_map(plain).axes[3].texts[0].get_text()
    assert text == "8 speakers"
    points["speaker"][0] = "emodb_99"
    text = embedding_map(plain).axes[3].texts[0].get_text()
    assert text == "9 speakers; colours repeat"
