import dataclasses

import pytest
from helpers.rows import rows_of

from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.data.splits import cut

ROWS = (
    rows_of("a", "deu", n_speakers=5)
    + rows_of("b", "ita", n_speakers=5)
    + rows_of("c", "urd", n_speakers=6)
)
ZERO_SHOT = Protocol("x", ("a", "b"), ("c",))


def ids(rows):
    return {row.id for row in rows}


def speakers(rows):
    return {row.speaker for row in rows}


def with_(**values):
    return dataclasses.replace(ZERO_SHOT, **values)


def test_zero_shot_scores_the_whole_target_and_trains_on_none_of_it():
    parts = cut(ROWS, ZERO_SHOT)
    assert ids(parts.scored) == ids(row for row in ROWS if row.corpus == "c")
    assert not parts.shots and not parts.unlabelled
    assert {row.corpus for row in (*parts.train, *parts.valid)} == {"a", "b"}


def test_validation_takes_whole_speakers_of_every_source():
    parts = cut(ROWS, ZERO_SHOT)
    assert not speakers(parts.train) & speakers(parts.valid)
    assert {row.corpus for row in parts.valid} == {"a", "b"}
    assert len(parts.valid) == 2 * 8  # one of five speakers each


def test_random_split_shares_speakers():
    parts = cut(ROWS, with_(split="random"))
    assert speakers(parts.train) & speakers(parts.valid)
    assert len(parts.valid) == 2 * 4
    assert not ids(parts.train) & ids(parts.valid)


def test_split_depends_on_its_seed_and_not_on_the_other_corpora():
    some = cut(ROWS, ZERO_SHOT)
    others = [row for row in ROWS if row.corpus != "b"]
    alone = cut(others, Protocol("x", ("a",), ("c",)))
    valid = ids(row for row in some.valid if row.corpus == "a")
    assert ids(alone.valid) == valid
    draws = {
        frozenset(ids(cut(ROWS, with_(split_seed=n)).valid)) for n in range(9)
    }
    assert len(draws) > 1


def test_three_target_parts_are_disjoint_and_exhaust_the_target():
    protocol = with_(target_material="shots", shots=2, scored="held_out")
    parts = cut(ROWS, protocol)
    counts = [row.emotion for row in parts.shots]
    assert {counts.count(name) for name in protocol.classes} == {2}
    target = [ids(parts.shots), ids(parts.unlabelled), ids(parts.scored)]
    assert all(target)
    assert sum(map(len, target)) == len(set.union(*target)) == 6 * 8
    used = speakers(parts.shots) | speakers(parts.unlabelled)
    assert not used & speakers(parts.scored)


def test_shots_leave_all_other_target_utterances_to_be_scored():
    parts = cut(ROWS, with_(target_material="shots", shots=1))
    assert len(parts.shots) == 4 and len(parts.scored) == 6 * 8 - 4
    assert not parts.unlabelled


def test_transductive_protocol_adapts_to_what_is_scored():
    protocol = with_(target_material="unlabelled", transductive=True)
    parts = cut(ROWS, protocol)
    assert parts.unlabelled == parts.scored


def test_one_language_of_a_corpus_can_be_the_target():
    rows = rows_of("demo", "deu") + rows_of("demo", "tur")
    parts = cut(rows, Protocol("x", ("demo:deu",), ("demo:tur",)))
    assert {row.language for row in parts.scored} == {"tur"}


def test_rows_outside_the_classes_are_counted_by_reason():
    rows = ROWS + rows_of("a", "deu", 1, 3, emotions=("fear",))
    rows += rows_of("d", "eng", 1, 1, emotions=("anger",))
    assert cut(rows, ZERO_SHOT).left_out == {
        "a: fear is not a class": 3,
        "d eng: not in the protocol": 1,
    }


def test_merged_emotions_count_as_their_class():
    rows = ROWS + rows_of("c", "urd", 1, 1, emotions=("calm",))
    parts = cut(rows, with_(merge={"calm": "neutral"}))
    assert "calm" in {row.emotion for row in parts.scored}


def test_absent_corpus_is_named():
    with pytest.raises(ValueError, match="targets names 'd'.*no utterance"):
        cut(ROWS, with_(targets=("d",)))


def test_single_speaker_cannot_be_cut_and_the_message_says_what_to_do():
    rows = rows_of("a", "deu", n_speakers=1) + rows_of("c", "urd")
    with pytest.raises(
        ValueError, match="a:deu has one speaker.*split: random"
    ):
        cut(rows, Protocol("x", ("a",), ("c",)))


def test_too_few_shots_are_an_error_with_both_numbers():
    with pytest.raises(ValueError, match="wants 99 shots of 'anger'.*has 12"):
        cut(ROWS, with_(target_material="shots", shots=99))


def test_class_without_training_utterance_is_an_error():
    rows = rows_of("a", "deu", emotions=("anger", "neutral"))
    rows += rows_of("c", "urd")
    with pytest.raises(ValueError, match="no training utterance of happiness"):
        cut(rows, Protocol("x", ("a",), ("c",)))
