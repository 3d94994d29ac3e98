"""Selection rules on records by hand."""

import math

import pytest

from speechbrain_clser.evaluation.selection import key_and_direction, pick_epoch

RECORDS = [
    {
        "epoch": 1,
        "source_valid_uar": 0.3,
        "source_valid_loss": 1.2,
        "oracle_target_uar": 0.2,
    },
    {
        "epoch": 2,
        "source_valid_uar": 0.5,
        "source_valid_loss": 0.9,
        "oracle_target_uar": 0.3,
    },
    {
        "epoch": 3,
        "source_valid_uar": 0.5,
        "source_valid_loss": 0.8,
        "oracle_target_uar": 0.4,
    },
    {
        "epoch": 4,
        "source_valid_uar": 0.4,
        "source_valid_loss": 1.5,
        "oracle_target_uar": 0.1,
    },
]


@pytest.mark.parametrize(
    ("rule", "epoch"),
    [
        ("source_valid_uar", 2),
        ("source_valid_loss", 3),
        ("last", 4),
        ("oracle_target_uar", 3),
    ],
)
def test_rule_selects_the_expected_epoch(rule, epoch):
    assert pick_epoch(RECORDS, rule)["epoch"] == epoch


def test_pick_returns_the_record():
    assert pick_epoch(RECORDS, "last") is RECORDS[-1]


@pytest.mark.parametrize("empty", [math.nan, None])
@pytest.mark.parametrize("rule", ["source_valid_uar", "source_valid_loss"])
def test_nan_is_never_selected(rule, empty):
    hidden = [{"epoch": 0, rule: empty}, {"epoch": 9, rule: 7.0}]
    assert pick_epoch(hidden, rule)["epoch"] == 9


def test_epoch_without_the_value_is_ignored():
    records = [{"epoch": 1}, {"epoch": 2, "source_valid_uar": 0.1}]
    assert pick_epoch(records, "source_valid_uar")["epoch"] == 2


def test_all_nan_raises():
    with pytest.raises(ValueError, match="found none in 1 epochs"):
        pick_epoch([{"source_valid_uar": math.nan}], "source_valid_uar")


def test_no_epoch_raises():
    with pytest.raises(ValueError, match="at least one epoch"):
        pick_epoch([], "last")


@pytest.mark.parametrize(
    "rule", ["test_uar", "target_uar", "oracle", "uar", ""]
)
def test_unknown_or_target_rule_raises(rule):
    with pytest.raises(ValueError, match="expected a selection rule"):
        pick_epoch(RECORDS, rule)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("source_valid_uar", ("source_valid_uar", "max")),
        ("source_valid_macro_f1", ("source_valid_macro_f1", "max")),
        ("source_valid_loss", ("source_valid_loss", "min")),
        ("source_valid_ece", ("source_valid_ece", "min")),
        ("oracle_target_uar", ("oracle_target_uar", "max")),
        ("last", ("epoch", "max")),
    ],
)
def test_key_and_direction_for_the_checkpointer(rule, expected):
    assert key_and_direction(rule) == expected
