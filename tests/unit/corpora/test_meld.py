import pytest
from helpers import trees

from speechbrain_clser.corpora.meld import CARD, utterances
from speechbrain_clser.data import manifest
from speechbrain_clser.data.corpus import Corpus

LINES = {
    "train": (
        '7,"Oh my God,\n he\x92s here!",Rachel ,joy,positive,3,11,1,1,"a","b"'
    ),
    "dev": "1,Yes.,The Interviewer,neutral,neutral,0,0,8,21,a,b",
    "test": "1,No.,Ross,fear,negative,0,0,8,21,a,b",
}
TABLES = {
    f"{part}_sent_emo.csv": f"{trees.MELD_HEAD}\n{line}\n"
    for part, line in LINES.items()
}


def test_table_contains_speaker_emotion_text_split_and_dialogue(tmp_path):
    row, *_ = utterances(trees.write(tmp_path, TABLES))
    assert (row.id, row.session) == ("train_dia3_utt11", "train/dia3")
    assert (row.speaker, row.gender) == ("Rachel", "female")
    assert (row.raw_emotion, row.language) == ("joy", "eng")
    assert row.sentence == "Oh my God, he\x92s here!"


def test_minor_characters_have_unknown_gender(tmp_path):
    _, row, _ = utterances(trees.write(tmp_path, TABLES))
    assert (row.speaker, row.gender) == ("The Interviewer", "")


@pytest.mark.parametrize(
    "name",
    [
        "MELD.Raw/test/output_repeated_splits_test/dia0_utt0.wav",
        "test/dia0_utt0.wav",
        "wav/test_dia0_utt0.WAV",
    ],
)
def test_recording_is_found_by_split(tmp_path, name):
    root = trees.write(tmp_path / "dev of mine" / "MELD", TABLES)
    trees.touch(root, [name, "dev_splits_complete/dia0_utt0.wav"])
    *_, row = utterances(root)
    assert row.wav == str(root / name)


def test_absent_listed_recording_is_reported_as_missing(tmp_path):
    root = trees.make(tmp_path / "meld", "meld")
    (root / "dev_splits_complete" / "dia2_utt0.wav").unlink()
    corpus = Corpus(
        CARD, {label: label for label in trees.MELD_EMOTIONS}, utterances
    )
    with pytest.raises(ValueError, match="13708 utterances.*found 21"):
        manifest.prepare(corpus, root, tmp_path)
    path = manifest.prepare(corpus, root, tmp_path, allow_bad_files=True)
    (left_out,) = manifest.report(path)["left_out"]
    assert left_out["id"] == "meld_dev_dia2_utt0"
    assert left_out["file"] == "dev_splits_complete/dia2_utt0.wav"


def test_unlisted_videos_are_skipped(tmp_path):
    root = trees.write(tmp_path, TABLES)
    odd = "output_repeated_splits_test/final_videos_testdia0_utt0.wav"
    trees.touch(root, [odd])
    assert odd not in {row.wav for row in utterances(root)}


def test_videos_without_audio_raise_with_command(tmp_path):
    root = trees.write(tmp_path, TABLES)
    trees.touch(root, ["train_splits/dia3_utt11.mp4"])
    with pytest.raises(FileNotFoundError, match="(?s)meld: .*ffmpeg"):
        list(utterances(root))
