from helpers import trees

from speechbrain_clser.corpora.m3ed import utterances


def test_row_has_speaker_of_the_series_and_official_part(tmp_path):
    trees.write(tmp_path, trees.TEXTS["m3ed"]["nested"])
    first, second, *_ = utterances(tmp_path)
    assert (first.id, first.speaker, first.gender) == (
        *("one_1_0", "one_Ann", "female"),
    )
    assert (second.speaker, second.gender) == ("one_Bo", "male")
    assert (first.raw_emotion, first.sentence) == ("Anger", "好的")
    assert first.session == "dev/one"
    assert first.wav == str(tmp_path / "modality_speech" / "A_one_1_0.wav")


def test_without_official_parts_the_session_is_the_series(tmp_path):
    texts = trees.TEXTS["m3ed"]["nested"]
    name = "annotation.json"
    root = trees.write(tmp_path, {name: texts[name]})
    assert {row.session for row in utterances(root)} == {"one"}
