"""Tests for the script of the demo corpus."""

import collections
import dataclasses
import json

import pytest

from speechbrain_clser.contrib.synthesis import script
from speechbrain_clser.contrib.synthesis.script import Take, plan
from speechbrain_clser.corpora import demo
from speechbrain_clser.labels import parse_votes


def count(*fields):
    """Number of takes of each combination of fields."""
    return collections.Counter(
        tuple(getattr(take, field) for field in fields) for take in plan()
    )


def test_plan_is_deterministic():
    assert plan() == plan()


def test_plan_agrees_with_the_card():
    takes = plan()
    assert len(takes) == len({take.id for take in takes})
    assert len(takes) == demo.CARD.n_utterances
    assert len({take.speaker for take in takes}) == demo.CARD.n_speakers
    assert {take.language for take in takes} == set(demo.CARD.languages)
    assert {take.emotion for take in takes} == set(demo.EMOTIONS)


def test_languages_have_balanced_genders():
    speakers = {(t.language, t.gender, t.speaker) for t in plan()}
    per_gender = collections.Counter(s[:2] for s in speakers)
    assert len(per_gender) == 2 * len(demo.CARD.languages)
    assert set(per_gender.values()) == {script.SPEAKERS_PER_GENDER}


def test_speakers_of_a_language_have_different_voices():
    voices = {(take.speaker, take.voice) for take in plan()}
    assert len(voices) == len({voice for _, voice in voices})


def test_emotion_is_balanced_over_speakers_and_sentences():
    for field in ("speaker", "sentence"):
        counts = count(field, "emotion")
        per_value = collections.defaultdict(set)
        for (value, _), n in counts.items():
            per_value[value].add(n)
        assert all(len(ns) == 1 for ns in per_value.values())
        assert len(counts) == len(per_value) * len(demo.EMOTIONS)


def test_languages_have_the_same_number_of_sentences():
    sizes = {len(set(lines)) for lines in script.SENTENCES.values()}
    assert sizes == {10}


def test_parameters_are_within_espeak_range():
    for take in plan():
        assert 80 <= take.rate_wpm <= 450
        assert 0 <= take.pitch <= 99
        assert 0 <= take.pitch_range <= 99
        assert 0 <= take.tremor < 0.1


def test_vocal_tract_is_constant_per_speaker():
    tracts = {(take.speaker, take.tract) for take in plan()}
    assert len(tracts) == demo.CARD.n_speakers


@pytest.mark.parametrize("field", ["pitch", "level_db", "tilt_db", "rate_wpm"])
def test_anger_exceeds_sadness_yet_both_overlap(field):
    anger, sadness = (
        [getattr(t, field) for t in plan() if t.emotion == emotion]
        for emotion in ("anger", "sadness")
    )
    assert sum(anger) > sum(sadness)
    assert min(anger) < max(sadness)


def test_take_is_json_serialisable():
    take = plan()[0]
    row = json.loads(json.dumps(dataclasses.asdict(take)))
    assert Take(**row) == take


def test_most_votes_are_often_but_not_always_for_the_emotion():
    votes = [(take.emotion, dict(parse_votes(take.votes))) for take in plan()]
    agreed = [max(of, key=of.get) == emotion for emotion, of in votes]
    assert 0.75 < sum(agreed) / len(agreed) < 0.95
    assert sum(len(of) > 1 for _, of in votes) > len(votes) / 2


def test_dimensions_follow_the_parameters_whatever_the_emotion():
    takes = plan()
    values = {
        name: {
            emotion: sum(
                getattr(t, name) for t in takes if t.emotion == emotion
            )
            for emotion in ("anger", "happiness", "neutral", "sadness")
        }
        for name in ("arousal", "valence", "dominance")
    }
    assert max(values["arousal"], key=values["arousal"].get) == "anger"
    assert max(values["valence"], key=values["valence"].get) == "happiness"
    assert min(values["dominance"], key=values["dominance"].get) == "sadness"
    neutral = [t.arousal for t in takes if t.emotion == "neutral"]
    assert (
        len(set(neutral)) > len(neutral) / 2
    )  # of the utterance, not the label
