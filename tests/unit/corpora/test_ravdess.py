import pytest
from helpers import trees

from speechbrain_clser import corpora as room
from speechbrain_clser.corpora.ravdess import EMOTIONS, utterances
from speechbrain_clser.data import manifest


def test_file_name_contains_emotion_sentence_and_actor(tmp_path):
    name = "Actor_12/03-01-05-02-01-02-12.wav"
    (row,) = utterances(trees.touch(tmp_path, [name]))
    assert (row.id, row.speaker) == ("03-01-05-02-01-02-12", "12")
    assert (row.raw_emotion, row.sentence) == ("05", "01")
    assert (row.language, row.session) == ("eng", "")


@pytest.mark.parametrize("actor, gender", [("11", "male"), ("12", "female")])
def test_even_actors_are_women(tmp_path, actor, gender):
    name = f"03-01-01-01-01-01-{actor}.wav"
    (row,) = utterances(trees.touch(tmp_path, [name]))
    assert row.gender == gender


def test_calm_is_a_separate_emotion():
    assert (EMOTIONS["01"], EMOTIONS["02"]) == ("neutral", "calm")


@pytest.mark.parametrize(
    "name", ["03-02-05-02-01-02-12.wav", "01-01-05-02-01-02-12.wav"]
)
def test_songs_and_video_audio_are_skipped(tmp_path, name):
    assert list(utterances(trees.touch(tmp_path, [name]))) == []


@pytest.mark.corpora
def test_real_counts(corpora, tmp_path):
    corpus = room.load("ravdess")
    root = room.locate(corpus.card, corpora)
    rows = manifest.read(manifest.prepare(corpus, root, tmp_path), root)
    count = manifest.report(tmp_path / "ravdess.csv")
    assert count["emotions"] == {
        "anger": 192,
        "calm": 192,
        "disgust": 192,
        "fear": 192,
        "happiness": 192,
        "neutral": 96,
        "sadness": 192,
        "surprise": 192,
    }
    assert count["genders"] == {"female": 720, "male": 720}
    assert (count["n_speakers"], count["minutes"]) == (24, 88.8)
    assert {row.sentence for row in rows} == {"01", "02"}
    assert count["same_recordings"] == [
        ["ravdess_03-01-03-01-02-01-07", "ravdess_03-01-03-01-02-02-07"]
    ]
