from helpers import trees

from speechbrain_clser.corpora.emns import utterances


def test_rows_with_a_recording_are_read(tmp_path):
    trees.write(tmp_path, trees.TEXTS["emns"]["nested"])
    trees.touch(tmp_path, ["wavs/recorded_audio_0.wav"])
    rows = [*utterances(tmp_path)]
    assert [row.id for row in rows] == [f"recorded_audio_{n}" for n in range(8)]
    first, other = rows[:2]
    assert (first.raw_emotion, first.speaker) == ("Angry", "3")
    assert (first.gender, first.sentence) == ("female", 'Said "well, what"?')
    assert first.wav == str(tmp_path / "wavs/recorded_audio_0.wav")
    assert other.wav == str(tmp_path / "wavs/recorded_audio_1.wav")


def test_folder_without_a_table_has_no_utterances(tmp_path):
    root = trees.touch(tmp_path, ["recorded_audio_0.wav"])
    assert [*utterances(root)] == []
