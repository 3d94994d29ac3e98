import dataclasses
import math

import pytest
from helpers.rows import rows_of

from speechbrain_clser.data.protocol import Protocol, load
from speechbrain_clser.tasks import Classes, Dimensions, Soft, named, to_unit

ROW = dataclasses.replace(
    rows_of("a", "deu", n_speakers=1)[0], arousal=0.25, valence=0.75
)


def test_utterance_is_labelled_if_it_has_all_dimensions():
    both, all_three = named("arousal+valence"), named("dimensions")
    assert (both.of(ROW), both.target(ROW)) == (0, [0.25, 0.75])
    assert all_three.of(ROW) is None
    assert all_three.why_unlabelled(ROW) == "no value of dominance"
    assert all(map(math.isnan, both.target(None)))


def test_columns_have_targets_before_predictions():
    found = Dimensions(["valence"]).columns(ROW, [0.5])
    assert found == {"target_valence": 0.75, "predicted_valence": 0.5}
    classes = Classes(["anger", "fear"])
    assert classes.columns(ROW, [0.25, 0.75]) == {
        **{"target": "anger", "predicted": "fear"},
        **{"p_anger": 0.25, "p_fear": 0.75},
    }


@pytest.mark.parametrize(
    ("votes", "emotion", "reason"),
    [
        ((("excited", 2.0), ("sad", 1.0), ("happy", 1.0)), "happiness", ""),
        ((("złość", 1.0), ("other", 1.0), ("calm", 1.0)), "neutral", ""),
        (
            (("anger", 2.0), ("sad", 2.0)),
            "",
            "several emotions have most votes",
        ),
        ((("other", 2.0), ("sad", 1.0)), "other", "other is not a class"),
        ((), "", "no votes"),
    ],
)
def test_most_voted_emotion_after_merging_is_the_class(votes, emotion, reason):
    merge = {"excitement": "happiness", "mine": {"calm": "neutral"}}
    merge["mine"]["anger"] = "neutral"
    task = named("soft", ["happiness", "neutral", "sadness"], merge)
    row = dataclasses.replace(ROW, corpus="mine", emotion="fear", votes=votes)
    row = task.labelled(row, {"złość": "anger"})
    assert (row.emotion, task.of(row) is None) == (emotion, bool(reason))
    assert not reason or task.why_unlabelled(row) == reason
    if emotion == "happiness":
        assert task.target(row) == [0.75, 0.0, 0.25]
        assert task.shown(row) == "happiness:3;sadness:1"


def test_soft_columns_and_scores_have_shares_of_votes():
    task = Soft(["anger", "fear"])
    row = dataclasses.replace(
        ROW, emotion="anger", votes=(("anger", 3.0), ("fear", 1.0))
    )
    assert task.columns(row, [0.25, 0.75]) == {
        **{"target": "anger", "predicted": "fear"},
        **{"p_anger": 0.25, "p_fear": 0.75},
        **{"votes_anger": 0.75, "votes_fear": 0.25},
    }
    # JSD of (1, 0) and (0.5, 0.5): H(0.75, 0.25) - H(0.5, 0.5) / 2 bits.
    found = task.scores([[1, 0], [0, 1]], [[1, 0], [0.5, 0.5]])
    entropy = -0.75 * math.log2(0.75) - 0.25 * math.log2(0.25)
    assert found == pytest.approx({"uar": 0.5, "jsd": (entropy - 0.5) / 2})
    assert all(map(math.isnan, task.target(None)))


def test_scores_of_an_epoch_are_means_over_dimensions():
    target = [[0.0, 0.0], [1.0, 1.0]]
    # CCC of the second: covariance 0.25, variances 0.25, distance of means 1.
    found = Dimensions(["arousal", "valence"]).scores(
        target, [[0.0, 1.0], [1.0, 2.0]]
    )
    assert found["ccc"] == pytest.approx((1 + 0.5 / 1.5) / 2)
    assert found["rmse"] == pytest.approx(0.5)


@pytest.mark.parametrize("task", ["", "arousal+arousal", "arousal+joy"])
def test_unknown_task_is_refused_with_the_choices(task):
    with pytest.raises(
        ValueError, match="expected classes, soft, dimensions, or"
    ):
        named(task)


def test_scale_of_a_corpus_is_mapped_to_unit():
    assert [to_unit(x, 1, 5) for x in ("1", 3, 5.0, 5.5)] == [0, 0.5, 1, 1.125]


def test_task_changes_digest_and_classes_keep_theirs():
    plain, rated = load("demo"), load("demo", {"task": "dimensions"})
    assert "task" not in plain.values and rated.values["task"] == "dimensions"
    assert plain.digest == load("demo", {"task": "classes"}).digest
    assert plain.digest != rated.digest


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"task": "joy"}, "task: expected classes"),
        (
            {"task": "arousal", "select_by": "source_valid_uar"},
            "source_valid_ccc for the task arousal",
        ),
        (
            {"task": "soft", "select_by": "source_valid_ccc"},
            "source_valid_uar for the task soft",
        ),
        (
            {"task": "arousal", "source_shots_per_class": 5},
            "no utterances per class for the task arousal, got 5",
        ),
    ],
)
def test_protocol_that_contradicts_its_task_is_refused(values, message):
    with pytest.raises(ValueError, match=message):
        Protocol.of("x", ["a"], ["b"], **values)
