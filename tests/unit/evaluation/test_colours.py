"""Colours of emotions."""

from speechbrain_clser.evaluation.colours import EMOTIONS
from speechbrain_clser.labels import CANONICAL


def test_each_emotion_has_a_different_colour():
    assert set(EMOTIONS) == set(CANONICAL)
    assert len(set(EMOTIONS.values())) == len(CANONICAL)


def test_other_labels_have_fixed_colours_of_no_emotion():
    assert EMOTIONS["stress"] == EMOTIONS["stress"]
    assert EMOTIONS["stress"] not in EMOTIONS.values()
