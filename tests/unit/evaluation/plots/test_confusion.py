"""Confusion matrix."""

from speechbrain_clser.evaluation.plots import confusion_matrix


def test_cells_contain_fractions_and_counts(plain):
    plain["parts"]["test"]["confusion"] = [
        [3, 1, 0],
        [0, 4, 0],
        [0, 0, 0],
    ]
    found = [text.get_text() for text in confusion_matrix(plain).axes[0].texts]
    assert found[:3] == ["75 %\n3", "25 %\n1", "0 %\n0"]
    assert found[4] == "100 %\n4"
    assert found[6:] == ["–"] * 3


def test_first_class_is_in_the_upper_left_corner(plain):
    axes = confusion_matrix(plain).axes[0]
    assert axes.get_ylim() == (2.5, -0.5)
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels == plain["classes"]
    assert axes.get_ylabel() == "reference label"
    assert axes.get_xlabel() == "predicted"
