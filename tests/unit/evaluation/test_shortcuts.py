"""Shortcut baselines by hand."""

import numpy as np
import pytest

from speechbrain_clser.evaluation.predictions import Predictions
from speechbrain_clser.evaluation.shortcuts import shortcuts
from speechbrain_clser.labels import Scheme

SCHEME = Scheme(["anger", "sadness"], merge_classes={"boredom": "sadness"})


def row(part, k, emotion, duration_s, corpus="a"):
    """Return a line of parts.csv."""
    return {
        "id": f"{part}_{k}",
        "part": part,
        "corpus": corpus,
        "emotion": emotion,
        "duration_s": str(duration_s),
    }


def part_of(rows):
    """Return predictions with the targets of the rows."""
    text = np.array([r["corpus"] for r in rows])
    target = np.array([SCHEME.index(r["emotion"]) for r in rows])
    return Predictions(
        classes=("anger", "sadness"),
        id=np.array([r["id"] for r in rows]),
        corpus=text,
        language=text,
        speaker=np.array([f"s{k % 2}" for k in range(len(rows))]),
        gender=text,
        target=target,
        predicted=np.zeros_like(target),
        probabilities=np.eye(2)[np.zeros_like(target)],
    )


SLOW_SADNESS = [
    row("train", k, ("anger", "boredom")[k % 2], 1.0 + 2.0 * (k % 2) + 0.01 * k)
    for k in range(20)
]


def score(seen, train, test):
    """Return the scores on one part of a classifier with one input."""
    found = shortcuts([*train, *test], SCHEME, {"x": part_of(test)})
    (classifier,) = [one for one in found["known"] if one["seen"] == seen]
    return classifier["parts"]["x"]


def test_duration_that_predicts_emotion_has_a_high_score():
    test = [
        row("test", 0, "anger", 1.1),
        row("test", 1, "sadness", 2.9),
        row("test", 2, "anger", 1.2),
        row("test", 3, "sadness", 1.3),
    ]
    assert score("duration", SLOW_SADNESS, test)["mean"] == 0.75


def test_corpus_that_predicts_emotion_has_a_high_score():
    train = [
        row("train", k, ("anger", "sadness")[k % 2], 1.0, "ab"[k % 2])
        for k in range(10)
    ]
    test = [
        row("test", 0, "anger", 1.0, "a"),
        row("test", 1, "sadness", 1.0, "b"),
    ]
    assert score("corpus", train, test)["mean"] == 1.0


def test_unknown_corpus_gets_a_constant_prediction():
    test = [
        row("test", k, ("anger", "sadness")[k % 2], 1.0, "new")
        for k in range(8)
    ]
    uar = score("corpus", SLOW_SADNESS, test)
    assert uar["mean"] == 0.5


def test_interval_is_over_speakers():
    one = [row("test", k, "anger", 1.0) for k in range(2)]
    two = [*one, row("test", 2, "anger", 3.0), row("test", 3, "anger", 1.0)]
    uar = score("duration", SLOW_SADNESS, two)
    # Recalls of 1 and 0.5: the interval of two speakers is very wide.
    assert uar["low"] < 0.01 and uar["high"] > 0.99
    assert np.isnan(score("duration", SLOW_SADNESS, one[:1])["low"])


def test_scored_rows_are_not_in_the_training_set():
    test = [row("test", k, "anger", 3.0) for k in range(50)]
    assert score("duration", SLOW_SADNESS, test)["mean"] == 0.0


@pytest.mark.parametrize("column", ["duration_s", "corpus", "emotion"])
def test_run_of_an_older_version_is_omitted_with_the_reason(column):
    rows = [{k: v for k, v in SLOW_SADNESS[0].items() if k != column}]
    found = shortcuts(rows, SCHEME, {})
    assert found["known"] == []
    assert found["left_out"] == [
        f"parts.csv has no {column}: an older version wrote this run."
    ]
