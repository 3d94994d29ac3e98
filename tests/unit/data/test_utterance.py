import dataclasses

import pytest

from speechbrain_clser.data.utterance import Utterance

ROW = Utterance("03a01Fa", "wav/03a01Fa.wav", "F", "03", "deu")


def test_unknown_fields_are_empty():
    assert (ROW.gender, ROW.sentence, ROW.session, ROW.phones) == (
        "",
        "",
        "",
        (),
    )


def test_preparation_fields_are_empty_by_default():
    assert (ROW.corpus, ROW.emotion, ROW.duration_s, ROW.digest) == (
        "",
        "",
        0.0,
        "",
    )


def test_utterance_is_immutable():
    with pytest.raises(dataclasses.FrozenInstanceError, match="speaker"):
        ROW.speaker = "08"


def test_equal_rows_have_equal_hashes():
    twin = dataclasses.replace(ROW)
    assert twin == ROW
    assert len({twin, ROW}) == 1
