import pytest
from helpers import trees

from speechbrain_clser.corpora.esd import utterances

ENGLISH = (
    "0011_000001\tThe nine the eggs, I keep.\tNeutral\n"
    "0011_000351\tThe nine the eggs, I keep.\tAngry\n"
)
MANDARIN = "0001_000001\t打远一看，它们的确很是美丽，\t中立\n"


def sentences(root, names):
    """Return the sentences of these files."""
    rows = utterances(trees.touch(root, names))
    return {row.id: row.sentence for row in rows}


@pytest.mark.parametrize(
    "name",
    [
        "0011/Angry/0011_000351.wav",
        "0011/Angry/train/0011_000351.wav",
        "angry/0011/0011_000351.wav",
        "0011_000351.WAV",
    ],
)
def test_all_layouts_give_the_same_rows(tmp_path, name):
    (row,) = utterances(trees.touch(tmp_path, [name]))
    assert (row.id, row.speaker) == ("0011_000351", "0011")
    assert (row.raw_emotion, row.sentence) == ("Angry", "001")
    assert (row.language, row.gender, row.session) == ("eng", "male", "")


def test_speakers_up_to_ten_are_mandarin(tmp_path):
    names = ["0010_000001.wav", "0011_000001.wav", "0021_000001.wav"]
    rows = utterances(trees.touch(tmp_path, names))
    assert [row.language for row in rows] == ["cmn", "eng"]


@pytest.mark.parametrize(
    "number, emotion, sentence",
    [
        (1, "Neutral", "001"),
        (350, "Neutral", "350"),
        (701, "Happy", "001"),
        (1400, "Sad", "350"),
        (1750, "Surprise", "350"),
        (1751, "out of range", "001"),
    ],
)
def test_number_is_emotion_and_sentence(tmp_path, number, emotion, sentence):
    (row,) = utterances(trees.touch(tmp_path, [f"0015_{number:06}.wav"]))
    assert (row.raw_emotion, row.sentence) == (emotion, sentence)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "gb18030"]
)
@pytest.mark.parametrize("separator", ["\t", "  ", "\u3000", " \t "])
def test_transcript_is_read_in_every_encoding(tmp_path, encoding, separator):
    (tmp_path / "0001").mkdir()
    text = MANDARIN.replace("\t", separator)
    (tmp_path / "0001" / "0001.txt").write_bytes(text.encode(encoding))
    said = sentences(tmp_path, ["0001_000001.wav", "0009_000351.wav"])
    assert set(said.values()) == {"打远一看，它们的确很是美丽，"}


def test_languages_have_separate_sentences(tmp_path):
    trees.write(tmp_path, {"a/0011.txt": ENGLISH, "a/0001.txt": MANDARIN})
    said = sentences(tmp_path, ["0001_000001.wav", "0020_000351.wav"])
    assert said["0020_000351"] == "The nine the eggs, I keep."
    assert said["0001_000001"] == "打远一看，它们的确很是美丽，"


def test_most_frequent_wording_is_used(tmp_path):
    trees.write(tmp_path, {"0011/0011.txt": ENGLISH})
    slip = "0016_000001 The nine\x92s the eggs. Neutral\n".encode("latin-1")
    (tmp_path / "0016.txt").write_bytes(slip)
    said = sentences(tmp_path, ["0016_000001.wav"])
    assert said == {"0016_000001": "The nine the eggs, I keep."}


def test_sentence_without_a_line_keeps_its_number(tmp_path):
    trees.write(tmp_path, {"0011/0011.txt": ENGLISH})
    assert sentences(tmp_path, ["0011_000002.wav"]) == {"0011_000002": "002"}
