import pytest
from helpers import trees

from speechbrain_clser.corpora.tess import EMOTIONS, utterances


@pytest.mark.parametrize(
    "name", ["OAF_Pleasant_surprise/OAF_back_ps.wav", "oaf_back_ps.WAV"]
)
def test_nested_and_flat_layouts_give_the_same_rows(tmp_path, name):
    (row,) = utterances(trees.touch(tmp_path, [name]))
    assert (row.id, row.speaker, row.gender) == ("OAF_back_ps", "OAF", "female")
    assert (row.raw_emotion, row.sentence) == ("ps", "back")
    assert EMOTIONS["ps"] == "surprise"


def test_irregular_name_is_of_older_actress(tmp_path):
    (row,) = utterances(trees.touch(tmp_path, ["OA_bite_neutral.wav"]))
    assert (row.id, row.speaker) == ("OAF_bite_neutral", "OAF")


@pytest.mark.parametrize("name", ["XAF_back_sad.wav", "OAF_back_calm.wav"])
def test_other_file_names_are_skipped(tmp_path, name):
    assert list(utterances(trees.touch(tmp_path, [name]))) == []
