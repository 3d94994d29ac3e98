import pytest
from helpers import trees

from speechbrain_clser.corpora.casia import utterances


@pytest.mark.parametrize(
    "name",
    [
        "liuchanhg/angry/201.wav",
        "CASIA database/liuchanhg/angry/201.WAV",
        "201-angry-liuchanhg.wav",
        "angry/201-angry-liuchanhg.wav",
    ],
)
def test_nested_and_flat_layouts_give_the_same_rows(tmp_path, name):
    (row,) = utterances(trees.touch(tmp_path, [name]))
    assert (row.id, row.speaker) == ("liuchanhg_angry_201", "liuchanhg")
    assert (row.raw_emotion, row.sentence) == ("angry", "201")
    assert (row.gender, row.language, row.session) == ("female", "cmn", "")


def test_number_is_the_sentence_in_every_emotion(tmp_path):
    names = ["wangzhe/sad/250.wav", "ZhaoZuoxiang/fear/250.wav"]
    rows = list(utterances(trees.touch(tmp_path, names)))
    assert {row.sentence for row in rows} == {"250"}
    assert {row.speaker for row in rows} == {"wangzhe", "zhaozuoxiang"}


@pytest.mark.parametrize("name", ["unknown/angry/201.wav", "angry/201.wav"])
def test_file_of_unknown_speaker_is_skipped(tmp_path, name):
    root = tmp_path / "casia"
    assert list(utterances(trees.touch(root, [name]))) == []
