"""Predicted values against ratings."""

from speechbrain_clser.evaluation.plots import predicted_values


def test_panel_of_a_dimension_has_the_points_of_each_language():
    points = {
        "target": [[0.2, 0.9], [0.4, 0.1], [0.6, 0.5]],
        "predicted": [[0.1, 0.8], [0.3, 0.2], [0.7, 0.6]],
        "language": ["deu", "urd", "deu"],
    }
    report = {"points": points, "dimensions": ["arousal", "valence"]}
    axes = predicted_values(report).axes
    assert [one.get_title(loc="left") for one in axes] == ["arousal", "valence"]
    _, german, urdu = axes[1].lines
    assert [*german.get_xdata(), *urdu.get_xdata()] == [0.9, 0.5, 0.1]
    assert [*german.get_ydata()] == [0.8, 0.6]
    assert german.get_label() == "German"
