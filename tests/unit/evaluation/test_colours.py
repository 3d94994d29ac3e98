"""Colours of emotions."""

from speechbrain_clser.evaluation.colours import EMOTIONS
from speechbrain_clser.labels import CANONICAL


def test_every_emotion_has_a_colour_of_its_own():
    assert set(EMOTIONS) == set(CANONICAL)
    assert len(set(EMOTIONS.values())) == len(CANONICAL)
