"""Colours of emotions."""

from speechbrain_clser.evaluation.colours import EMOTIONS
from speechbrain_clser.labels import CANONICAL


def test_every_emotion_has_a_colour_of_its_own():
    assert set(EMOTIONS) == set(CANONICAL)
    assert len(set(EMOTIONS.values())) == len(CANONICAL)


def test_own_label_has_always_the_same_colour_and_no_emotions():
    assert EMOTIONS["stress"] == EMOTIONS["stress"]
    assert EMOTIONS["stress"] not in EMOTIONS.values()
