import dataclasses

import pytest
from helpers.protocols import changed
from helpers.rows import in_pairs, in_sessions, rows_of

from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.data.splits import cut

ROWS = (
    rows_of("a", "deu", n_speakers=5)
    + rows_of("b", "ita", n_speakers=5)
    + rows_of("c", "urd", n_speakers=6)
)
ZERO_SHOT = Protocol.of("x", ("a", "b"), ("c",))


def ids(rows):
    return {row.id for row in rows}


def speakers(rows):
    return {row.speaker for row in rows}


def with_(**values):
    return changed(ZERO_SHOT, **values)


def test_zero_shot_tests_on_all_target_rows():
    parts = cut(ROWS, ZERO_SHOT)
    assert ids(parts.test) == ids(row for row in ROWS if row.corpus == "c")
    assert not parts.target_labelled and not parts.unlabelled
    assert {row.corpus for row in (*parts.train, *parts.valid)} == {"a", "b"}


def test_validation_is_speaker_disjoint_per_source():
    parts = cut(ROWS, ZERO_SHOT)
    assert not speakers(parts.train) & speakers(parts.valid)
    assert {row.corpus for row in parts.valid} == {"a", "b"}
    assert len(parts.valid) == 2 * 8  # one of five speakers each


def test_extra_source_trains_and_never_validates():
    parts = cut(ROWS, with_(extra_sources=("b",)))
    extra = {row for row in ROWS if row.corpus == "b"}
    assert extra < {*parts.train}
    assert {row.corpus for row in parts.valid} == {"a"}
    assert parts.test == cut(ROWS, ZERO_SHOT).test


def rare(n_speakers):
    """Rows of one source in which few speakers have sad utterances."""
    sad = {f"a_deu_s{n}" for n in range(n_speakers)}
    return [
        row
        for row in rows_of("a", "deu", n_speakers=6)
        if row.emotion != "sadness" or row.speaker in sad
    ] + rows_of("c", "urd")


@pytest.mark.parametrize("split", ["speaker_disjoint", "random"])
@pytest.mark.parametrize("n_speakers", [1, 2])
def test_every_class_keeps_training_rows(split, n_speakers):
    rows = rare(n_speakers)
    if split == "random":
        rows = [
            row
            for row in rows
            if row.emotion != "sadness" or row.id.endswith("0")
        ]
    for seed in range(20):
        protocol = dataclasses.replace(
            with_(split=split, split_seed=seed, valid_share=0.4),
            sources=("a",),
        )
        parts = cut(rows, protocol)
        assert "sadness" in {row.emotion for row in parts.train}
        assert len(parts.valid) > 0
        if split != "random":
            assert not speakers(parts.train) & speakers(parts.valid)


def test_class_without_training_raises_with_advice():
    rows = [row for row in ROWS if row.emotion != "sadness"]
    with pytest.raises(ValueError, match="Label some, .*remove sadness from"):
        cut([*rows, *(row for row in ROWS if row.corpus == "c")], ZERO_SHOT)


def test_random_split_shares_speakers():
    parts = cut(ROWS, with_(split="random"))
    assert speakers(parts.train) & speakers(parts.valid)
    assert len(parts.valid) == 2 * 4
    assert not ids(parts.train) & ids(parts.valid)


def test_split_depends_on_seed_and_not_on_other_corpora():
    some = cut(ROWS, ZERO_SHOT)
    others = [row for row in ROWS if row.corpus != "b"]
    alone = cut(others, Protocol.of("x", ("a",), ("c",)))
    valid = ids(row for row in some.valid if row.corpus == "a")
    assert ids(alone.valid) == valid
    trials = {
        frozenset(ids(cut(ROWS, with_(split_seed=n)).valid)) for n in range(9)
    }
    assert len(trials) > 1


def test_target_splits_are_disjoint_and_complete():
    protocol = with_(target_supervision="shots", shots=2, test_on="held_out")
    parts = cut(ROWS, protocol)
    counts = [row.emotion for row in parts.target_labelled]
    assert {counts.count(name) for name in protocol.classes} == {2}
    target = [
        ids(parts.target_labelled),
        ids(parts.unlabelled),
        ids(parts.test),
    ]
    assert all(target)
    assert sum(map(len, target)) == len(set.union(*target)) == 6 * 8
    used = speakers(parts.target_labelled) | speakers(parts.unlabelled)
    assert not used & speakers(parts.test)


def test_test_set_is_all_target_rows_except_shots():
    parts = cut(ROWS, with_(target_supervision="shots", shots=1))
    assert len(parts.target_labelled) == 4 and len(parts.test) == 6 * 8 - 4
    assert not parts.unlabelled


def test_transductive_unlabelled_set_is_test_set():
    protocol = with_(target_supervision="unlabelled", transductive=True)
    parts = cut(ROWS, protocol)
    assert parts.unlabelled == parts.test


def test_one_language_of_a_corpus_can_be_the_target():
    rows = rows_of("demo", "deu") + rows_of("demo", "tur")
    parts = cut(rows, Protocol.of("x", ("demo:deu",), ("demo:tur",)))
    assert {row.language for row in parts.test} == {"tur"}


def test_rows_outside_the_classes_are_counted_by_reason():
    rows = ROWS + rows_of("a", "deu", 1, 3, emotions=("fear",))
    rows += rows_of("d", "eng", 1, 1, emotions=("anger",))
    assert cut(rows, ZERO_SHOT).left_out == {
        "a: fear is not a class": 3,
        "d eng: not in the protocol": 1,
    }


def test_merged_emotions_count_as_their_class():
    rows = ROWS + rows_of("c", "urd", 1, 1, emotions=("calm",))
    parts = cut(rows, with_(merge_classes={"calm": "neutral"}))
    assert "calm" in {row.emotion for row in parts.test}


def test_absent_corpus_raises_with_its_name():
    with pytest.raises(ValueError, match="targets names 'd'.*no utterance"):
        cut(ROWS, with_(targets=("d",)))


def test_empty_validation_set_says_what_to_do():
    rows = rows_of("a", "deu", 1, 1) + rows_of("c", "urd")
    protocol = Protocol.of(
        "x", ("a",), ("c",), split="random", valid_share=0.01
    )
    with pytest.raises(
        ValueError,
        match="'valid' is empty; .*0.01 of . source.*a larger valid_",
    ):
        cut(rows, protocol)


def test_too_few_shots_are_an_error_with_both_numbers():
    with pytest.raises(
        ValueError, match="expected 99 shots of 'anger', found 12"
    ):
        cut(ROWS, with_(target_supervision="shots", shots=99))


def test_class_without_training_utterance_is_an_error():
    rows = rows_of("a", "deu", emotions=("anger", "neutral"))
    rows += rows_of("c", "urd")
    with pytest.raises(
        ValueError, match="no training utterance of happiness[,;]"
    ):
        cut(rows, Protocol.of("x", ("a",), ("c",)))


def test_sizes_are_stratified_by_class():
    protocol = with_(predefined_splits={"a": [28, 4, 8]})
    parts = cut(ROWS, protocol)
    train = [row.emotion for row in parts.train if row.corpus == "a"]
    valid = [row.emotion for row in parts.valid if row.corpus == "a"]
    assert [train.count(name) for name in protocol.classes] == [7] * 4
    assert [valid.count(name) for name in protocol.classes] == [1] * 4
    assert parts.left_out == {"a: test part of a source": 8}
    # b has no sizes, so it is split by speaker
    b = [row for row in (*parts.train, *parts.valid) if row.corpus == "b"]
    assert len(b) == 40


def test_predefined_splits_preserve_class_proportions():
    rows = rows_of("a", "deu", 6, 2, ("anger", "happiness", "sadness"))
    rows += rows_of("a", "deu", 6, 1, ("neutral",)) + rows_of("b", "ita")
    protocol = Protocol.of(
        "x", ("b",), ("a",), predefined_splits={"a": [26, 9, 7]}
    )
    parts = cut(rows, protocol)
    test = [row.emotion for row in parts.test]
    assert [test.count(name) for name in protocol.classes] == [2, 2, 1, 2]
    assert parts.left_out == {
        "a: train part of a target": 26,
        "a: valid part of a target": 9,
    }


def test_official_splits_are_read_from_sessions():
    part = {"0": "train", "1": "dev", "2": "test"}
    rows = in_sessions(
        rows_of("a", "deu", n_speakers=3),
        lambda row: f"{part[row.speaker[-1]]}/dia0",
    )
    protocol = Protocol.of(
        "x", ("a",), ("c",), predefined_splits={"a": "official"}
    )
    parts = cut(rows + rows_of("c", "urd"), protocol)
    assert speakers(parts.train) == {"a_deu_s0"}
    assert speakers(parts.valid) == {"a_deu_s1"}
    with pytest.raises(ValueError, match="official: .* found ''"):
        cut(ROWS, with_(predefined_splits={"b": "official"}))


def test_source_shots_keep_their_label():
    protocol = with_(source_shots_per_class=2)
    whole, parts = cut(ROWS, ZERO_SHOT), cut(ROWS, protocol)
    labels = [row.emotion for row in parts.train]
    assert [labels.count(name) for name in protocol.classes] == [2] * 4
    assert parts.valid == whole.valid and parts.test == whole.test
    assert ids(parts.train) | ids(parts.unlabelled) == ids(whole.train)
    assert not ids(parts.train) & ids(parts.unlabelled)


def test_other_source_rows_become_unlabelled():
    protocol = with_(
        source_shots_per_class=2,
        target_supervision="unlabelled",
        test_on="held_out",
    )
    parts = cut(ROWS, protocol)
    assert {row.corpus for row in parts.unlabelled} == {"a", "b", "c"}
    assert not speakers(parts.unlabelled) & speakers(parts.test)
    assert not speakers(parts.unlabelled) & speakers(parts.valid)


def test_too_few_source_utterances_raise():
    with pytest.raises(
        ValueError, match="99 shots of 'anger', found 16 .* source"
    ):
        cut(ROWS, with_(source_shots_per_class=99))


@pytest.mark.parametrize(
    "values",
    [
        {"source_shots_per_class": 2},
        {"target_supervision": "shots", "shots": 2, "test_on": "held_out"},
        {
            "target_supervision": "shots",
            "target_labelled_fraction": 0.2,
            "test_on": "held_out",
        },
    ],
)
def test_trials_change_labelled_rows_only(values):
    protocol = with_(**values)
    first, again, other = (cut(ROWS, protocol, trial) for trial in (0, 0, 1))
    assert first == again == cut(ROWS, protocol)
    labelled = "train" if protocol.source_shots_per_class else "target_labelled"
    assert ids(getattr(first, labelled)) != ids(getattr(other, labelled))
    assert first.test == other.test and first.valid == other.valid
    counts = [len(rows) for _, rows in first.items()]
    assert counts == [len(rows) for _, rows in other.items()]


def test_resampled_trials_test_other_speakers():
    protocol = with_(test_on="held_out", resample_held_out=True)
    trials = [cut(ROWS, protocol, trial) for trial in range(6)]
    assert trials[0] == cut(ROWS, with_(test_on="held_out"))
    assert len({frozenset(speakers(parts.test)) for parts in trials}) > 1
    assert {ids(parts.valid) == ids(trials[0].valid) for parts in trials} == {
        True
    }
    assert len(set.union(*(speakers(parts.test) for parts in trials))) > 3
    with pytest.raises(
        ValueError, match="needs held-out speakers, got .*'all'"
    ):
        with_(resample_held_out=True)


@pytest.mark.parametrize("test_on", ["all", "held_out"])
def test_share_is_stratified_over_the_whole_target(
    test_on,
):
    protocol = with_(
        target_supervision="shots",
        target_labelled_fraction=0.25,
        test_on=test_on,
    )
    parts = cut(ROWS, protocol)
    labels = [row.emotion for row in parts.target_labelled]
    assert [labels.count(name) for name in protocol.classes] == [3] * 4
    assert len(parts.test) == (36 if test_on == "all" else 24)
    shared = speakers(parts.target_labelled) & speakers(parts.test)
    assert bool(shared) == (test_on == "all")


def test_share_larger_than_remaining_rows_raises():
    protocol = with_(
        target_supervision="shots",
        target_labelled_fraction=0.6,
        test_on="held_out",
    )
    with pytest.raises(ValueError, match="expected 29 of 48 .* found 24"):
        cut(ROWS, protocol)


def test_sessions_of_one_corpus_can_be_source_and_target():
    rows = in_sessions(rows_of("a", "deu", n_speakers=6), in_pairs)
    parts = cut(rows, Protocol.of("x", ("a/0", "a/1"), ("a/2",)))
    assert {row.session for row in parts.test} == {"2"}
    assert not speakers(parts.train) & speakers(parts.test)


def test_unused_target_speakers_are_counted():
    protocol = with_(test_on="held_out")
    parts = cut(ROWS, protocol)
    n_targets = sum(row.corpus == "c" for row in ROWS)
    unused = parts.left_out["c: the protocol does not use this part"]
    assert unused + len(parts.test) == n_targets


def unlabelled(rows, emotion=""):
    """Recordings of the same speakers without a label, or with another."""
    return [
        dataclasses.replace(
            row,
            id=f"{row.id} {emotion or 'blank'}",
            digest=f"{row.digest} {emotion or 'blank'}",
            emotion=emotion,
        )
        for row in rows
    ]


BLANK = unlabelled(rows_of("c", "urd", n_speakers=6, n_each=1))


def test_unlabelled_rows_are_excluded_without_pool():
    parts = cut(ROWS + BLANK, ZERO_SHOT)
    assert parts.left_out == {"c: no label": len(BLANK)}
    assert parts.test == cut(ROWS, ZERO_SHOT).test


@pytest.mark.parametrize("emotion", ["", "fear"])
def test_inductive_pool_is_all_rows_of_other_speakers(emotion):
    others = unlabelled(BLANK, emotion)
    protocol = with_(target_supervision="unlabelled", test_on="held_out")
    parts, plain = cut(ROWS + others, protocol), cut(ROWS, protocol)
    assert parts.test == plain.test  # independent of unlabelled rows
    pool = [
        row
        for row in ROWS + others
        if row.corpus == "c" and row.speaker not in speakers(parts.test)
    ]
    assert list(parts.unlabelled) == pool
    (reason,) = parts.left_out
    assert reason.endswith("and its speaker or session is held out")
    filtered = cut(
        ROWS + others,
        changed(protocol, unlabelled_pool="classes"),
    )
    assert filtered.unlabelled == plain.unlabelled


def test_transductive_pool_is_all_target_rows():
    protocol = with_(target_supervision="unlabelled", transductive=True)
    parts = cut(ROWS + BLANK, protocol)
    assert ids(parts.unlabelled) == ids(parts.test) | ids(BLANK)
    assert all(parts.domain(row) for row in parts.unlabelled)


def test_unlabelled_rows_of_other_speakers_form_pool():
    others = unlabelled(rows_of("d", "urd"))
    protocol = with_(targets=("c", "d"), target_supervision="unlabelled")
    parts = cut(ROWS + others, protocol)
    assert ids(parts.unlabelled) == ids(others)
    assert parts.test == cut(ROWS, ZERO_SHOT).test
    with pytest.raises(ValueError, match="the unlabelled set is empty"):
        cut(ROWS + BLANK, with_(target_supervision="unlabelled"))


def test_target_without_labels_raises_with_advice():
    others = unlabelled(rows_of("d", "urd"))
    protocol = with_(targets=("d",))
    match = "targets names 'd'.*its 32 utterances .*Label .* tested"
    with pytest.raises(ValueError, match=match):
        cut(ROWS + others, protocol)
    protocol = with_(
        targets=("d",), target_supervision="unlabelled", transductive=True
    )
    with pytest.raises(ValueError, match="found none to test on; label"):
        cut(ROWS + others, protocol)


def test_unlabelled_source_rows_join_pool_of_source_shots():
    others = unlabelled(rows_of("a", "deu", n_speakers=5, n_each=1))
    assert cut(ROWS + others, ZERO_SHOT).left_out == {"a: no label": 20}
    parts = cut(ROWS + others, with_(source_shots_per_class=2))
    valid = speakers(parts.valid)
    wanted = {row.id for row in others if row.speaker not in valid}
    assert wanted and wanted == ids(parts.unlabelled) & ids(others)
    assert not any(parts.domain(row) for row in parts.unlabelled)


def test_test_sessions_are_excluded_from_inductive_pool():
    rows = in_sessions(rows_of("c", "urd", n_speakers=6), in_pairs)
    blank = unlabelled(
        [dataclasses.replace(row, speaker="c_urd_x") for row in rows]
    )
    protocol = with_(target_supervision="unlabelled", test_on="held_out")
    others = [row for row in ROWS if row.corpus != "c"]
    parts = cut([*others, *rows, *blank], protocol)
    open_ = {"0", "1", "2"} - {row.session for row in parts.test}
    assert open_ and {row.session for row in parts.unlabelled} == open_
    assert "c_urd_x" in speakers(parts.unlabelled)


def test_shared_corpus_trains_on_speakers_not_held_out():
    rows = rows_of("a", "deu", n_speakers=6)
    protocol = Protocol.of("x", ("a",), ("a",), test_on="held_out")
    parts = cut(rows, protocol)
    assert len(speakers(parts.test)) == 3
    trained = speakers((*parts.train, *parts.valid))
    assert len(trained) == 3 and not trained & speakers(parts.test)
    assert {parts.domain(row) for row in parts.train} == {0}
    assert {parts.domain(row) for row in parts.test} == {1}
    assert parts.left_out == {}


def test_shared_corpus_trains_with_other_sources():
    protocol = with_(sources=("a", "c"), test_on="held_out")
    parts = cut(ROWS, protocol)
    assert parts.test == cut(ROWS, with_(test_on="held_out")).test
    assert {row.corpus for row in parts.train} == {"a", "c"}
    assert not speakers(parts.train) & speakers(parts.test)


def test_shared_corpus_adapts_to_blank_labels():
    rows = rows_of("a", "deu", n_speakers=6)
    blank = unlabelled(rows_of("a", "deu", n_speakers=6, n_each=1))
    protocol = Protocol.of(
        *("x", ("a",), ("a",)),
        test_on="held_out",
        target_supervision="unlabelled",
    )
    parts = cut(rows + blank, protocol)
    used = speakers(parts.train)
    assert ids(parts.unlabelled) == {r.id for r in blank if r.speaker in used}
    assert all(parts.domain(row) for row in parts.unlabelled)


def test_predefined_splits_divide_shared_corpus():
    rows = rows_of("a", "deu", n_speakers=6)
    protocol = Protocol.of(
        "x", ("a",), ("a",), predefined_splits={"a": [32, 4, 12]}
    )
    parts = cut(rows, protocol)
    assert [len(rows) for _, rows in parts.items()] == [32, 4, 0, 0, 12]


@pytest.mark.parametrize(
    ("values", "match"),
    [
        ({}, "select 48 utterances of a:deu, and test_on is all.*held_out"),
        (
            {"target_supervision": "unlabelled", "transductive": True},
            "test_on is all.*Set `supervision: held_out`",
        ),
        (
            {"target_supervision": "shots", "shots": 1, "test_on": "held_out"},
            "target_supervision is shots.*take the corpus out of the sources",
        ),
    ],
)
def test_undivided_shared_corpus_raises(values, match):
    rows = rows_of("a", "deu", n_speakers=6)
    with pytest.raises(ValueError, match=match):
        cut(rows, Protocol.of("x", ("a",), ("a",), **values))


def test_protocol_without_targets_uses_all_labels():
    parts = cut(ROWS, Protocol.of("x", ("a", "b", "c"), ()))
    assert ids(parts.train) | ids(parts.valid) == ids(ROWS)
    assert not parts.test and not parts.target_ids
