import dataclasses

import pytest
from helpers.protocols import changed
from helpers.rows import rows_of

from speechbrain_clser.data.adaptation_parts import adaptation_parts
from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.data.splits import cut

ROWS = rows_of("a", "deu") + rows_of("c", "urd", 8)
ZERO_SHOT = Protocol.of("x", ("a",), ("c",))


def chosen(form, rows=ROWS, **values):
    protocol = changed(ZERO_SHOT, **values)
    parts = cut(rows, protocol)
    return adaptation_parts(form, parts, protocol), parts


def ids(rows):
    return {row.id for row in rows}


@pytest.mark.parametrize(
    ("form", "values", "expected"),
    [
        ("auto", {}, "test"),
        ("inductive", {}, "halves"),
        ("auto", {"test_on": "held_out"}, "unlabelled"),
        ("inductive", {"test_on": "held_out"}, "unlabelled"),
        ("transductive", {"test_on": "held_out"}, "test"),
        ("auto", {"transductive": True}, "test"),
        ("inductive", {"transductive": True}, "halves"),
    ],
)
def test_form_and_protocol_determine_fitted_utterances(form, values, expected):
    if values:
        values = {"target_supervision": "unlabelled", **values}
    found, parts = chosen(form, **values)
    assert found.fitted_to == expected
    is_test = expected == "test"
    assert found.form == ("transductive" if is_test else "inductive")
    predicted = [row.id for _, rows in found.folds for row in rows]
    assert sorted(predicted) == sorted(ids(parts.test))


def test_halves_are_speaker_disjoint_and_reproducible():
    found, parts = chosen("inductive")
    for fit, predict in found.folds:
        assert not {r.speaker for r in fit} & {r.speaker for r in predict}
        assert len(fit) == len(predict) == len(parts.test) / 2
    assert ids(found.fitted) == ids(parts.test)
    assert chosen("inductive")[0] == found


def test_unlabelled_pool_excludes_test_utterances():
    values = {"target_supervision": "unlabelled", "test_on": "held_out"}
    found, parts = chosen("inductive", **values)
    assert not ids(found.fitted) & ids(parts.test)
    assert ids(found.fitted) == ids(parts.unlabelled)


def test_one_speaker_and_unknown_form_raise():
    rows = rows_of("a", "deu") + rows_of("c", "urd", 1)
    with pytest.raises(ValueError, match=r"c:urd.*found 1 speakers.*transduc"):
        chosen("inductive", rows)
    with pytest.raises(ValueError, match="among auto.*found 'both'"):
        chosen("both")


def test_speakers_of_a_session_stay_in_one_half():
    rows = [
        dataclasses.replace(
            row, session=f"dialogue {int(row.speaker[-1]) // 2}"
        )
        if row.corpus == "c"
        else row
        for row in ROWS
    ]
    found, _ = chosen("inductive", rows)
    first, second = ({row.session for row in fit} for fit, _ in found.folds)
    assert first and second and not first & second
    together = [dataclasses.replace(row, session="one") for row in rows]
    with pytest.raises(ValueError, match="without a common session"):
        chosen("inductive", rows[:32] + together[32:])
