import pytest
from helpers import trees

from speechbrain_clser.corpora.savee import utterances


@pytest.mark.parametrize(
    "name", ["AudioData/DC/sa03.wav", "ALL/DC_sa03.wav", "DC_SA03.WAV"]
)
def test_both_layouts_give_the_same_rows(tmp_path, name):
    (row,) = utterances(trees.touch(tmp_path, [name]))
    assert (row.id, row.speaker, row.gender) == ("DC_sa03", "DC", "male")
    assert (row.raw_emotion, row.sentence) == ("sa", "sa03")
    assert (row.language, row.session) == ("eng", "")


def test_emotion_prefixes_are_not_confused(tmp_path):
    names = ["KL/s01.wav", "KL/sa01.wav", "KL/su01.wav"]
    rows = utterances(trees.touch(tmp_path, names))
    assert [row.raw_emotion for row in rows] == ["s", "sa", "su"]


@pytest.mark.parametrize("name", ["XY/a01.wav", "a01.wav", "XY_a01.wav"])
def test_file_of_unknown_speaker_is_skipped(tmp_path, name):
    root = tmp_path / "savee"
    assert list(utterances(trees.touch(root, [name]))) == []
