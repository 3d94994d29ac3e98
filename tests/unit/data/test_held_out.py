"""Held-out speakers of whole sessions and of all classes."""

import pytest
from helpers.protocols import changed
from helpers.rows import in_pairs, in_sessions, rows_of

from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.data.splits import cut


def speakers(rows):
    return {row.speaker for row in rows}


def test_single_speaker_raises_with_advice():
    rows = rows_of("a", "deu", n_speakers=1) + rows_of("c", "urd")
    with pytest.raises(
        ValueError, match="a:deu has one speaker.*split: random"
    ):
        cut(rows, Protocol.of("x", ("a",), ("c",)))


def test_speaker_left_beside_the_test_set_is_described_as_such():
    protocol = Protocol.of("x", ("a",), ("a",), test_on="held_out")
    rows = rows_of("a", "deu", n_speakers=2)
    with pytest.raises(
        ValueError,
        match=r"one speaker \(a_deu_s.\) besides those of the test set,",
    ):
        cut(rows, protocol)


def test_speakers_of_a_session_stay_together():
    rows = in_sessions(rows_of("a", "deu", n_speakers=6), in_pairs)
    parts = cut(rows + rows_of("c", "urd"), Protocol.of("x", ("a",), ("c",)))
    assert len(speakers(parts.valid)) == 2
    assert len({row.session for row in parts.valid}) == 1
    assert {row.session for row in parts.train} == {"0", "1", "2"} - {
        row.session for row in parts.valid
    }


def test_speakers_connected_by_sessions_raise():
    rows = in_sessions(rows_of("a", "deu", n_speakers=6), lambda row: "one")
    rows += rows_of("c", "urd")
    with pytest.raises(
        ValueError, match="6 speakers connected by common sessions"
    ):
        cut(rows, Protocol.of("x", ("a",), ("c",)))


def test_held_out_speakers_include_two_of_each_class():
    sad = {f"c_urd_s{n}" for n in range(3)}  # 3 of 12 speakers
    rows = [
        row
        for row in rows_of("a", "deu") + rows_of("c", "urd", n_speakers=12)
        if row.emotion != "sadness" or row.corpus == "a" or row.speaker in sad
    ]
    protocol = changed(
        Protocol.of("x", ("a",), ("c",)),
        test_on="held_out",
        resample_held_out=True,
    )
    for trial in range(5):
        tested = speakers(cut(rows, protocol, trial).test)
        assert len(tested & sad) == 2, trial

    # With a single speaker of a class, it is tested or not, by chance.
    others = sad - {"c_urd_s0"}
    rows = [
        row
        for row in rows
        if row.emotion != "sadness" or row.speaker not in others
    ]
    tested = {
        "c_urd_s0" in speakers(cut(rows, protocol, trial).test)
        for trial in range(10)
    }
    assert tested == {True, False}
