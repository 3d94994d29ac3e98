"""Histogram of reference and predicted classes."""

from speechbrain_clser.evaluation.plots import prediction_histogram


def test_bars_are_as_high_as_the_counts(plain):
    bars = plain["parts"]["test"]["histogram"]
    figure = prediction_histogram(plain)
    names = [text.get_text() for text in figure.legends[0].get_texts()]
    assert names == ["reference label", "predicted"]
    patches = figure.axes[0].patches
    assert [patch.get_height() for patch in patches] == [
        bar[side] for bar in bars for side in ("target", "predicted")
    ]
