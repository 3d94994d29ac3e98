"""Recall by class."""

from speechbrain_clser.evaluation.plots import recall_per_class


def test_row_label_contains_class_and_number_of_utterances(plain):
    recalls = plain["parts"]["test"]["recalls"]
    axes = recall_per_class(plain).axes[0]
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        f"{recall['class']} ({recall['n']})" for recall in recalls
    ]


def test_absent_class_has_text_and_no_dot(plain):
    recalls = plain["parts"]["test"]["recalls"]
    recalls[1] |= {"n": 0, "mean": None, "low": None, "high": None}
    axes = recall_per_class(plain).axes[0]
    assert [t.get_text() for t in axes.texts] == [
        "no utterance in the target corpus"
    ]
    dots = [line for line in axes.lines if line.get_marker() == "o"]
    assert [int(dot.get_ydata()[0]) for dot in dots] == [0, 2]
