import pytest
from helpers import trees

from speechbrain_clser.corpora.msp_improv import utterances


@pytest.mark.parametrize(
    "name, speaker, gender, sentence",
    [
        ("IMPROV-S01A-F01-S-FM01", "F01", "female", "01"),
        ("IMPROV-S20N-F01-P-MF12", "M01", "male", ""),
        ("IMPROV-S03H-M06-R-MM01", "M06", "male", "03"),
    ],
)
def test_name_contains_speaker_and_session(
    tmp_path, name, speaker, gender, sentence
):
    line = f"UTD-{name}.avi; N; A:3.000000; V:3.500000; D:3.000000; N:4.0;\n"
    text = f"header\n{line}A18; Neutral; A:3;\n"
    (row,) = utterances(trees.write(tmp_path, {"Evalution.txt": text}))
    assert (row.id, row.raw_emotion) == (f"MSP-{name}", "N")
    assert (row.speaker, row.gender) == (speaker, gender)
    assert (row.sentence, row.session) == (sentence, speaker[-1])
    folder = f"session{speaker[-1]}/{name[7:11]}/{name[16]}"
    assert row.wav == str(tmp_path / folder / f"MSP-{name}.wav")
