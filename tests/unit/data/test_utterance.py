import dataclasses

import pytest

from speechbrain_clser.data.utterance import Utterance

ROW = Utterance("03a01Fa", "wav/03a01Fa.wav", "F", "03", "deu")


def test_what_is_not_known_is_empty():
    assert (ROW.gender, ROW.sentence, ROW.session, ROW.phones) == (
        "",
        "",
        "",
        (),
    )


def test_what_preparation_adds_is_empty_before():
    assert (ROW.corpus, ROW.emotion, ROW.duration_s, ROW.digest) == (
        "",
        "",
        0.0,
        "",
    )


def test_row_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError, match="speaker"):
        ROW.speaker = "08"


def test_rows_of_the_same_values_are_equal_and_hash_alike():
    twin = dataclasses.replace(ROW)
    assert twin == ROW
    assert len({twin, ROW}) == 1
