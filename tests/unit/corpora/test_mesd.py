import pytest
from helpers import trees

from speechbrain_clser.corpora.mesd import utterances


def test_file_name_contains_emotion_voice_and_word(tmp_path):
    (row,) = utterances(trees.touch(tmp_path, ["Anger_F_A_abajo.wav"]))
    assert (row.id, row.raw_emotion) == ("Anger_F_A_abajo", "Anger")
    assert (row.speaker, row.gender) == ("F", "female")
    assert (row.language, row.sentence, row.session) == ("spa", "abajo", "")


def test_child_voice_has_unknown_gender(tmp_path):
    (row,) = utterances(trees.touch(tmp_path, ["fear_c_b_arana.WAV"]))
    assert (row.id, row.speaker) == ("Fear_C_B_arana", "C")
    assert row.gender == ""


@pytest.mark.parametrize(
    "name", ["Fear_M_A_basta_ya.wav", "Fear_M_A_basta ya.wav"]
)
def test_two_word_items_give_valid_ids(tmp_path, name):
    (row,) = utterances(trees.touch(tmp_path, [name]))
    assert (row.id, row.sentence) == ("Fear_M_A_basta_ya", "basta_ya")


@pytest.mark.parametrize("name", ["Calm_F_A_abajo.wav", "Anger_X_A_si.wav"])
def test_other_file_names_are_skipped(tmp_path, name):
    assert list(utterances(trees.touch(tmp_path, [name]))) == []
