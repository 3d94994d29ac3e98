import pytest
from helpers import trees

from speechbrain_clser import corpora as room
from speechbrain_clser.corpora.emovo import utterances
from speechbrain_clser.data import manifest


def test_file_name_contains_emotion_speaker_and_sentence(tmp_path):
    (row,) = utterances(trees.touch(tmp_path, ["f1/dis-f1-b1.wav"]))
    assert (row.id, row.speaker, row.sentence) == ("dis-f1-b1", "f1", "b1")
    assert (row.raw_emotion, row.gender) == ("dis", "female")
    assert (row.language, row.session) == ("ita", "")


def test_speaker_letter_is_gender(tmp_path):
    (row,) = utterances(trees.touch(tmp_path, ["SOR-M3-N5.WAV"]))
    assert (row.id, row.speaker, row.gender) == ("sor-m3-n5", "m3", "male")


@pytest.mark.parametrize("name", ["dis-f1.wav", "dis-x1-b1.wav", "f1/b1.wav"])
def test_other_file_names_are_skipped(tmp_path, name):
    assert list(utterances(trees.touch(tmp_path, [name]))) == []


@pytest.mark.corpora
def test_real_counts(corpora, tmp_path):
    corpus = room.load("emovo")
    root = room.locate(corpus.card, corpora)
    rows = manifest.read(manifest.prepare(corpus, root, tmp_path), root)
    count = manifest.report(tmp_path / "emovo.csv")
    assert count["emotions"] == dict.fromkeys(
        [
            "anger",
            "disgust",
            "fear",
            "happiness",
            "neutral",
            "sadness",
            "surprise",
        ],
        84,
    )
    assert count["genders"] == {"female": 294, "male": 294}
    assert (count["n_speakers"], count["minutes"]) == (6, 30.6)
    assert len({row.sentence for row in rows}) == 14
    assert count["same_recordings"] == []
