"""Tests for the layout of the podcast corpora."""

import pytest
from helpers import trees

from speechbrain_clser.corpora._podcast import EMOTIONS, labelled

LABELS = "Labels/labels_consensus.csv"
NAME = "MSP-PODCAST_0012_0008"


def table(*lines):
    """A table of labels by path."""
    return {LABELS: "\n".join([trees.PODCAST_HEAD, *lines, ""])}


def rows(root, *lines):
    """Rows of a table."""
    trees.write(root, table(*lines))
    return list(labelled(root, "MSP-PODCAST", "eng"))


def test_table_contains_emotion_speaker_split_and_podcast(tmp_path):
    (row,) = rows(tmp_path, f"{NAME}.wav,H,2.2,4.0,2.6,30,Male,Development")
    assert (row.id, row.session) == (NAME, "dev/0012")
    assert (row.raw_emotion, row.speaker) == ("H", "30")
    assert (row.gender, row.language) == ("male", "eng")
    assert row.wav == str(tmp_path / "Audios" / f"{NAME}.wav")


@pytest.mark.parametrize("output", ["Unknown", "unknown", "", "nan"])
def test_unnamed_speakers_are_one_per_podcast(tmp_path, output):
    end = f"{output},Unknown,Train"
    first, same, other = rows(
        tmp_path,
        f"MSP-PODCAST_0001_0001.wav,N,1,1,1,{end}",
        f"MSP-PODCAST_0001_0002_0001.wav,N,1,1,1,{end}",
        f"MSP-PODCAST_0002_0001.wav,N,1,1,1,{end}",
    )
    assert first.speaker == same.speaker == "unknown_0001"
    assert other.speaker == "unknown_0002"
    assert first.gender == ""


@pytest.mark.parametrize(
    "part, session",
    [("Train", "train"), ("Test", "test"), ("Test2", "test/2")],
)
def test_official_split_is_session_prefix(tmp_path, part, session):
    (row,) = rows(tmp_path, f"{NAME}.wav,A,1,1,1,3,Female,{part}")
    assert row.session == f"{session}/0012"


def test_unlabelled_split_is_skipped(tmp_path):
    line = "MSP-PODCAST_test3_0001.wav,X,4,4,4,Unknown,Unknown,Test3"
    assert rows(tmp_path, line) == []


def test_unknown_split_raises(tmp_path):
    with pytest.raises(ValueError, match="Split_Set.*found 'Test9' of MSP"):
        rows(tmp_path, f"{NAME}.wav,A,1,1,1,3,Female,Test9")


def test_rows_of_another_corpus_are_skipped(tmp_path):
    line = "BIIC-PODCAST_0001_0031.wav,A,1,1,1,3,Female,Train"
    assert rows(tmp_path, line) == []


@pytest.mark.parametrize("folder", ["Audios", "Audio", "Audios/Audios", "."])
def test_recording_is_found_in_any_folder(tmp_path, folder):
    trees.touch(tmp_path, [f"{folder}/{NAME}.wav"])
    (row,) = rows(tmp_path, f"{NAME}.wav,A,1,1,1,3,Female,Train")
    assert row.wav == str(tmp_path / folder / f"{NAME}.wav")


def test_transcript_is_the_sentence(tmp_path):
    trees.write(tmp_path, {f"Transcripts/{NAME}.txt": "So,\n I said. \n"})
    (row,) = rows(tmp_path, f"{NAME}.wav,A,1,1,1,3,Female,Train")
    assert row.sentence == "So, I said."


def test_table_of_earlier_release_is_ignored(tmp_path):
    old = f"{trees.PODCAST_HEAD}\n{NAME}.wav,A,1,1,1,3,Female,Train\n"
    trees.write(tmp_path, {f"Before/1.10/{LABELS}": old})
    (row,) = rows(tmp_path, f"{NAME}.wav,S,1,1,1,3,Female,Train")
    assert row.raw_emotion == "S"


def test_no_agreement_is_not_a_class():
    assert (EMOTIONS["X"], EMOTIONS["O"]) == ("other", "other")
