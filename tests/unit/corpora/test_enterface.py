import pytest
from helpers import trees

from speechbrain_clser.corpora.enterface import utterances


@pytest.mark.parametrize(
    "name",
    [
        "subject 1/anger/sentence 1/s1_an_1.wav",
        "subject-1/anger/sentence-1/S1_AN_1.wav",
        "s1_an_1.flac",
    ],
)
def test_nested_and_flat_layouts_give_the_same_rows(tmp_path, name):
    (row,) = utterances(trees.touch(tmp_path, [name]))
    assert (row.id, row.speaker, row.gender) == ("s1_an_1", "1", "")
    assert (row.raw_emotion, row.sentence) == ("an", "an_1")
    assert (row.language, row.session) == ("eng", "")


def test_subject_is_read_from_folder(tmp_path):
    names = [
        "subject 11/anger/sentence 2/s12_an_2.wav",
        "subject 12/anger/sentence 2/s12_an_2.wav",
    ]
    rows = list(utterances(trees.touch(tmp_path, names)))
    assert [row.speaker for row in rows] == ["11", "12"]
    assert [row.id for row in rows] == ["s11_an_2", "s12_an_2"]


def test_sentence_is_read_from_file_name(tmp_path):
    name = "subject 2/anger/sentence 2/s2_an_1.wav"
    (row,) = utterances(trees.touch(tmp_path, [name]))
    assert row.sentence == "an_1"


def test_underscore_before_number_is_ignored(tmp_path):
    names = ["subject 3/surprise/sentence 2/s_3_su_2.wav", "s3_an_5.wav"]
    rows = utterances(trees.touch(tmp_path, names))
    assert {row.speaker for row in rows} == {"3"}


def test_unsplit_session_is_skipped(tmp_path):
    name = "subject 6/anger/s6_an.wav"
    assert list(utterances(trees.touch(tmp_path, [name]))) == []


def test_videos_without_audio_raise_with_command(tmp_path):
    trees.touch(tmp_path, ["subject 1/anger/sentence 1/s1_an_1.avi"])
    with pytest.raises(FileNotFoundError, match="(?s)enterface: .*avi.*ffmpeg"):
        list(utterances(tmp_path))
