import pytest
from helpers import trees

from speechbrain_clser.corpora.emotiontts_ko import utterances


@pytest.mark.parametrize(
    "number, emotion",
    [
        *(("001", "neutral"), ("100", "neutral"), ("101", "joy")),
        *(("200", "joy"), ("201", "anger"), ("300", "anger")),
        *(("301", "sadness"), ("400", "sadness")),
    ],
)
def test_number_contains_the_emotion(tmp_path, number, emotion):
    name = f"plain-to-emotional/emf/wav/emf00{number}.wav"
    (row,) = utterances(trees.touch(tmp_path, [name]))
    assert (row.id, row.speaker) == (f"emf00{number}", "emf")
    assert (row.raw_emotion, row.gender, row.sentence) == (emotion, "male", "")


def test_sentence_is_the_text_beside_the_recordings(tmp_path):
    folder = "emotional-to-emotional/nea"
    trees.write(
        tmp_path, {f"{folder}/script/nea00101.txt": "\ufeff안녕,\n하세요"}
    )
    trees.touch(tmp_path, [f"{folder}/wav/nea00101.wav", "nea00102.wav"])
    one, other = utterances(tmp_path)
    assert (one.gender, one.sentence) == ("female", "안녕, 하세요")
    assert (other.raw_emotion, other.sentence) == ("joy", "")
