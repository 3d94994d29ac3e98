"""Metrics compared with scikit-learn, audmetric and values by hand."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from helpers.simulated import CLASSES, trial
from scipy.spatial.distance import jensenshannon
from sklearn import metrics as reference

from speechbrain_clser.evaluation import metrics
from speechbrain_clser.evaluation.run_counts import METRICS

SCORES = Path(__file__).parents[2] / "reference" / "scores.json"


def of(score, *labels):
    """Score labels by their confusion counts."""
    return float(score(metrics.confusion_matrix(*labels)))


@pytest.mark.parametrize("seed", range(5))
def test_scores_equal_scikit_learn(seed):
    target, _, predicted = trial(seed)
    assert metrics.uar(target, predicted, CLASSES) == pytest.approx(
        reference.balanced_accuracy_score(target, predicted)
    )
    assert of(metrics.wa_of, target, predicted, CLASSES) == pytest.approx(
        reference.accuracy_score(target, predicted)
    )
    assert of(metrics.macro_f1_of, target, predicted, CLASSES) == pytest.approx(
        reference.f1_score(target, predicted, average="macro")
    )
    assert of(
        metrics.weighted_f1_of, target, predicted, CLASSES
    ) == pytest.approx(
        reference.f1_score(target, predicted, average="weighted")
    )
    np.testing.assert_array_equal(
        metrics.confusion_matrix(target, predicted, CLASSES),
        reference.confusion_matrix(target, predicted, labels=CLASSES),
    )


def test_scores_equal_scikit_learn_for_predictions_without_targets():
    target, _, predicted = trial(7, true_classes=CLASSES[:2])
    assert set(predicted) == set(CLASSES)
    assert of(metrics.macro_f1_of, target, predicted, CLASSES) == pytest.approx(
        reference.f1_score(target, predicted, average="macro")
    )
    assert of(
        metrics.weighted_f1_of, target, predicted, CLASSES
    ) == pytest.approx(
        reference.f1_score(target, predicted, average="weighted")
    )
    assert metrics.uar(target, predicted, CLASSES) == pytest.approx(
        reference.recall_score(
            target, predicted, labels=CLASSES[:2], average="macro"
        )
    )


@pytest.mark.parametrize("case", range(4))
def test_scores_equal_audmetric(case):
    stored = json.loads(SCORES.read_text(encoding="utf-8"))
    case, classes = stored["cases"][case], stored["classes"]
    labels = case["target"], case["predicted"], classes
    recalls = metrics.recalls_of(metrics.confusion_matrix(*labels))
    defined = [v for v in recalls if not math.isnan(v)]
    assert defined == pytest.approx([*case["recalls"].values()])
    assert metrics.uar(*labels) == pytest.approx(case["uar"])
    assert of(metrics.wa_of, *labels) == pytest.approx(case["wa"])
    assert of(metrics.macro_f1_of, *labels) == pytest.approx(case["macro_f1"])
    assert metrics.confusion_matrix(*labels).tolist() == case["confusion"]


def test_absent_class_has_no_recall_and_is_not_in_uar():
    target, predicted = ["a", "a", "b"], ["a", "c", "b"]
    confusion = metrics.confusion_matrix(target, predicted, ["a", "b", "c"])
    np.testing.assert_array_equal(
        metrics.recalls_of(confusion), [0.5, 1, np.nan]
    )
    assert metrics.uar(target, predicted, ["a", "b", "c"]) == 0.75


def test_scores_without_utterances_are_nan():
    assert math.isnan(metrics.uar([], [], CLASSES))
    assert math.isnan(of(metrics.wa_of, [], [], CLASSES))
    assert math.isnan(of(metrics.macro_f1_of, [], [], CLASSES))
    assert math.isnan(of(metrics.weighted_f1_of, [], [], CLASSES))


def test_scores_take_indices_as_well_as_names():
    target, _, predicted = trial(3)
    place = {name: index for index, name in enumerate(CLASSES)}
    indices = [[place[name] for name in side] for side in (target, predicted)]
    by_index = metrics.uar(*indices, range(len(CLASSES)))
    assert by_index == metrics.uar(target, predicted, CLASSES)


def test_scores_do_not_depend_on_order():
    target, _, predicted = trial(4)
    order = np.random.default_rng(0).permutation(len(target))
    assert of(metrics.macro_f1_of, target, predicted, CLASSES) == of(
        metrics.macro_f1_of, target[order], predicted[order], CLASSES
    )


def test_counts_may_have_leading_axes():
    matrices = [
        metrics.confusion_matrix(t, p, CLASSES)
        for t, _, p in (trial(seed) for seed in range(6))
    ]
    stack = np.array(matrices).reshape(2, 3, 4, 4)
    for score in METRICS.values():
        one_by_one = [score(matrix) for matrix in matrices]
        np.testing.assert_allclose(score(stack).ravel(), one_by_one)


def test_weighted_f1_and_its_terms_by_hand():
    # Speakers aa -> aa and ab -> bb: F1 of a is 4/5, of b 2/3; targets 3 and 1.
    speakers = np.array([[[2, 0], [0, 0]], [[0, 1], [0, 1]]])
    value = metrics.weighted_f1_of(speakers.sum(axis=0))
    assert value == pytest.approx((3 * 4 / 5 + 2 / 3) / 4)
    part, whole = metrics.weighted_f1_terms(speakers)
    assert part.sum() / whole.sum() == pytest.approx(value)
    # Derivative for a: 4/5 n + 3/5 (2 h - 4/5 m); for b: 2/3 n + 1/3 (2 h - 2/3 m).
    first = 4 / 5 * 2 + 3 / 5 * (4 - 4 / 5 * 4)
    assert part[0, 0] == pytest.approx(first) and whole[0, 0] == 2


def test_jensen_shannon_equals_scipy():
    rng = np.random.default_rng(3)
    first, second = rng.dirichlet([0.3] * 4, (2, 50))
    first[0], second[0] = [1, 0, 0, 0], [0, 1, 0, 0]
    expected = jensenshannon(first, second, base=2, axis=-1) ** 2
    found = metrics.jensen_shannon(first, second)
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_unequal_lengths_raise():
    with pytest.raises(ValueError, match="2 targets but 1 predictions"):
        metrics.uar(["a", "b"], ["a"], ["a", "b"])


def test_unknown_label_raises():
    with pytest.raises(ValueError, match=r"found \['c'\]"):
        metrics.uar(["a", "b"], ["a", "c"], ["a", "b"])
