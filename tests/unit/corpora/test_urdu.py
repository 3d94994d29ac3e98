import collections

import pytest
from helpers import trees

from speechbrain_clser import corpora as room
from speechbrain_clser.corpora.urdu import utterances
from speechbrain_clser.data import manifest


def test_file_name_contains_speaker_gender_and_emotion(tmp_path):
    (row,) = utterances(trees.touch(tmp_path, ["Angry/SM1_F10_A010.wav"]))
    assert (row.id, row.speaker) == ("SM1_F10_A010", "SM1")
    assert (row.raw_emotion, row.gender) == ("A", "male")
    assert (row.language, row.sentence, row.session) == ("urd", "", "")


def test_same_number_and_other_gender_are_different_speakers(tmp_path):
    names = ["SF3_F1_H015.wav", "SM3_F1_H053.wav"]
    rows = list(utterances(trees.touch(tmp_path, names)))
    assert [(row.speaker, row.gender) for row in rows] == [
        ("SF3", "female"),
        ("SM3", "male"),
    ]


def test_letter_is_the_label_in_flat_layout(tmp_path):
    (row,) = utterances(trees.touch(tmp_path, ["sf11_f4_s06.WAV"]))
    assert (row.id, row.raw_emotion) == ("SF11_F4_S06", "S")


@pytest.mark.parametrize("name", ["SX1_F1_A01.wav", "SM1_A01.wav"])
def test_other_file_names_are_skipped(tmp_path, name):
    assert list(utterances(trees.touch(tmp_path, [name]))) == []


@pytest.mark.corpora
def test_real_counts(corpora, tmp_path):
    corpus = room.load("urdu")
    root = room.locate(corpus.card, corpora)
    rows = manifest.read(manifest.prepare(corpus, root, tmp_path), root)
    count = manifest.report(tmp_path / "urdu.csv")
    assert count["emotions"] == dict.fromkeys(
        ["anger", "happiness", "neutral", "sadness"], 100
    )
    assert count["genders"] == {"female": 56, "male": 344}
    assert (count["n_speakers"], count["minutes"]) == (29, 16.6)
    assert count["same_recordings"] == []
    sexes = collections.Counter(speaker[:7] for speaker in count["speakers"])
    assert sexes == {"urdu_SM": 18, "urdu_SF": 11}
    spoken = {(row.speaker, row.emotion) for row in rows}
    n_emotions = collections.Counter(speaker for speaker, _ in spoken)
    assert sum(n == 1 for n in n_emotions.values()) == 26


@pytest.mark.corpora
def test_letter_matches_folder(corpora):
    root = room.locate(room.load("urdu").card, corpora)
    for row in utterances(root):
        assert f"/{row.raw_emotion}" in row.wav.rpartition("/")[0]
