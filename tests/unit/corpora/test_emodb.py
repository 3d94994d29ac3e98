import pytest
from helpers import trees

from speechbrain_clser import corpora as room
from speechbrain_clser.corpora.emodb import utterances
from speechbrain_clser.data import manifest


def one(root, name):
    """The only row of a folder with one file."""
    (row,) = utterances(trees.touch(root, [name]))
    return row


def test_file_name_contains_speaker_sentence_emotion_and_version(tmp_path):
    row = one(tmp_path, "wav/03a01Fa.wav")
    assert (row.id, row.speaker, row.sentence) == ("03a01Fa", "03", "a01")
    assert (row.raw_emotion, row.gender) == ("F", "male")
    assert (row.language, row.session) == ("deu", "")


@pytest.mark.parametrize(
    "speaker, gender",
    [
        ("03", "male"),
        ("08", "female"),
        ("09", "female"),
        ("10", "male"),
        ("11", "male"),
        ("12", "male"),
        ("13", "female"),
        ("14", "female"),
        ("15", "male"),
        ("16", "female"),
    ],
)
def test_genders_match_paper(tmp_path, speaker, gender):
    assert one(tmp_path, f"{speaker}a01Wa.wav").gender == gender


def test_id_is_case_insensitive(tmp_path):
    row = one(tmp_path, "03A01FA.WAV")
    assert (row.id, row.sentence, row.raw_emotion) == ("03a01Fa", "a01", "F")


@pytest.mark.parametrize("name", ["3a01Fa.wav", "03a01F.wav", "03a01Fab.wav"])
def test_other_file_names_are_skipped(tmp_path, name):
    assert list(utterances(trees.touch(tmp_path, [name]))) == []


@pytest.mark.corpora
def test_real_counts(corpora, tmp_path):
    corpus = room.load("emodb")
    root = room.locate(corpus.card, corpora)
    rows = manifest.read(manifest.prepare(corpus, root, tmp_path), root)
    count = manifest.report(tmp_path / "emodb.csv")
    assert count["emotions"] == {
        "anger": 127,
        "boredom": 81,
        "disgust": 46,
        "fear": 69,
        "happiness": 71,
        "neutral": 79,
        "sadness": 62,
    }
    assert count["genders"] == {"female": 302, "male": 233}
    assert (count["n_speakers"], count["minutes"]) == (10, 24.8)
    assert len({row.sentence for row in rows}) == 10
    assert count["same_recordings"] == []
