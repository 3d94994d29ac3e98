import pytest
from helpers import trees

from speechbrain_clser.corpora.savee import utterances


@pytest.mark.parametrize(
    "name", ["AudioData/DC/sa03.wav", "ALL/DC_sa03.wav", "DC_SA03.WAV"]
)
def test_both_layouts_give_the_same_rows(tmp_path, name):
    (row,) = utterances(trees.touch(tmp_path, [name]))
    assert (row.id, row.speaker, row.gender) == ("DC_sa03", "DC", "male")
    assert (row.raw_emotion, row.sentence) == ("sa", "n03")
    assert (row.language, row.session) == ("eng", "")


def test_emotion_prefixes_are_not_confused(tmp_path):
    names = ["KL/s01.wav", "KL/sa01.wav", "KL/su01.wav"]
    rows = utterances(trees.touch(tmp_path, names))
    assert [row.raw_emotion for row in rows] == ["s", "sa", "su"]


@pytest.mark.parametrize("name", ["XY/a01.wav", "a01.wav", "XY_a01.wav"])
def test_file_of_unknown_speaker_is_skipped(tmp_path, name):
    root = tmp_path / "savee"
    assert list(utterances(trees.touch(root, [name]))) == []


@pytest.mark.parametrize(
    "name, sentence",
    [
        *(("a01", "n01"), ("n03", "n03"), ("su03", "n03")),
        *(("a04", "n19"), ("a05", "n20"), ("d04", "n21"), ("f05", "n24")),
        *(("su04", "n25"), ("sa05", "n28"), ("h04", "n29"), ("h05", "n30")),
        *(("n04", "n04"), ("a06", "a06"), ("d15", "d15"), ("n19", "n19")),
    ],
)
def test_sentence_of_several_emotions_has_one_name(tmp_path, name, sentence):
    (row,) = utterances(trees.touch(tmp_path, [f"DC/{name}.wav"]))
    assert (row.id, row.sentence) == (f"DC_{name}", sentence)


def test_share_of_sentences_with_one_emotion_follows(tmp_path):
    emotions = {}
    for row in utterances(trees.touch(tmp_path, trees.WHOLE["savee"])):
        emotions.setdefault(row.sentence, set()).add(row.raw_emotion)
    # 3 common ones, 12 specific ones; 6 x 10 generic ones and 15 of neutral.
    sizes = [len(found) for found in emotions.values()]
    assert [sizes.count(n) for n in (7, 2, 1)] == [3, 12, 75]
