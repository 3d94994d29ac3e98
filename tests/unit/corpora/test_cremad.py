import pytest
from helpers import trees

from speechbrain_clser.corpora.cremad import utterances
from speechbrain_clser.errors import TableError

TABLE = {"VideoDemographics.csv": trees.CREMAD_TABLE}


def rows(root, *names):
    """The rows of a folder with these files and the table."""
    return list(utterances(trees.touch(trees.write(root, TABLE), names)))


def test_file_name_contains_actor_sentence_and_emotion(tmp_path):
    (row,) = rows(tmp_path, "AudioWAV/1091_IEO_SAD_HI.wav")
    assert (row.id, row.speaker) == ("1091_IEO_SAD_HI", "1091")
    assert (row.raw_emotion, row.sentence) == ("SAD", "IEO")
    assert (row.language, row.gender, row.session) == ("eng", "female", "")


def test_published_name_with_a_single_x_is_read(tmp_path):
    (row,) = rows(tmp_path, "1001_ITH_SAD_X.wav")
    assert (row.id, row.gender) == ("1001_ITH_SAD_X", "male")


def test_recording_of_a_clone_is_listed_once(tmp_path):
    name = "1001_DFA_ANG_XX"
    found = rows(tmp_path, f"AudioMP3/{name}.mp3", f"AudioWAV/{name}.wav")
    assert [row.wav for row in found] == [
        str(tmp_path / "AudioWAV" / f"{name}.wav")
    ]


def test_votes_are_those_on_the_sound(tmp_path):
    votes = {
        "processedResults/tabulatedVotes.csv": '"","A","D","F","H","N","S",'
        '"fileName"\n"100001",1,0,0,3,6,0,"1001_IEO_HAP_LO"\n'
        '"300001",0,0,0,9,0,0,"1001_IEO_HAP_LO"\n'
    }
    (row,) = rows(trees.write(tmp_path, votes), "1001_IEO_HAP_LO.wav")
    assert {*row.votes} == {("anger", 1), ("happiness", 3), ("neutral", 6)}
    trees.write(tmp_path, {[*votes][0]: '"","A","D","fileName"\n'})
    with pytest.raises(TableError, match="found no F H N S; copy it"):
        rows(tmp_path)


@pytest.mark.parametrize("name", ["1001_DFA_ANG.wav", "1001_DFA_ANG_LOW.wav"])
def test_other_file_names_are_skipped(tmp_path, name):
    assert rows(tmp_path, name) == []


def test_missing_table_raises_with_address(tmp_path):
    trees.touch(tmp_path, ["AudioWAV/1001_DFA_ANG_XX.wav"])
    expected = "VideoDemographics.csv: expected .*found none; copy it from http"
    with pytest.raises(FileNotFoundError, match=expected):
        list(utterances(tmp_path))


def test_actor_without_a_row_raises_with_file_name(tmp_path):
    expected = "row of actor 1002, who speaks 1002_DFA_ANG_XX.wav, found none"
    with pytest.raises(TableError, match=expected):
        rows(tmp_path, "1002_DFA_ANG_XX.wav")
