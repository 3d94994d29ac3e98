"""Calibration compared with scikit-learn and values by hand."""

import math

import numpy as np
import pytest
from helpers.simulated import CLASSES, trial
from sklearn.calibration import calibration_curve

from speechbrain_clser.evaluation.calibration import (
    calibration_bins,
    expected_calibration_error,
    fit_temperature,
    tempered,
)


@pytest.mark.parametrize("seed", range(3))
def test_calibration_bins_equal_scikit_learn(seed):
    target, probabilities, predicted = trial(seed)
    bins = calibration_bins(probabilities, target, CLASSES)
    filled = [bin for bin in bins if bin["n"]]
    accuracy, confidence = calibration_curve(
        target == predicted, probabilities.max(axis=1), n_bins=15
    )
    assert [bin["accuracy"] for bin in filled] == pytest.approx(accuracy)
    assert [bin["confidence"] for bin in filled] == pytest.approx(confidence)
    assert sum(bin["n"] for bin in bins) == len(target)


def test_calibration_error_by_hand():
    # Two predictions at 0.9, one correct: |0.5 - 0.9|. Two at 0.6, both correct:
    # |1 - 0.6|. Each bin has half of the predictions.
    probabilities = np.array([[0.9, 0.1], [0.1, 0.9], [0.6, 0.4], [0.6, 0.4]])
    error = expected_calibration_error(
        probabilities, ["a", "a", "a", "a"], ["a", "b"]
    )
    assert error == pytest.approx(0.4)


def test_calibration_bin_includes_its_upper_edge():
    halves = np.array([[0.5, 0.5]])
    low, high = calibration_bins(halves, ["a"], ["a", "b"], n_bins=2)
    assert (low["n"], high["n"]) == (1, 0)


def test_probabilities_of_wrong_shape_raise():
    with pytest.raises(ValueError, match=r"of shape \(1, 2\)"):
        calibration_bins(np.ones((1, 3)) / 3, ["a"], ["a", "b"])


def test_calibration_error_without_utterances_is_nan():
    nothing = np.zeros((0, len(CLASSES)))
    assert math.isnan(expected_calibration_error(nothing, [], CLASSES))


def test_temperature_minimises_log_loss():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(20000, 4))
    honest = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    target = [rng.choice(4, p=row) for row in honest]
    assert fit_temperature(honest, target) == pytest.approx(1, abs=0.05)
    sharp = tempered(honest, 1 / 3)
    assert fit_temperature(sharp, target) == pytest.approx(3, abs=0.15)


def test_temperature_of_shares_makes_equal_distributions():
    shares = np.array([[0.6, 0.4], [0.2, 0.8], [0.5, 0.5]])
    sharp = tempered(shares, 1 / 2)
    assert fit_temperature(sharp, shares) == pytest.approx(2)


def test_temperature_stays_between_its_bounds():
    sure = np.array([[0.9, 0.1], [0.1, 0.9]])
    assert fit_temperature(sure, [0, 1]) == pytest.approx(0.5)
    assert fit_temperature(sure, [1, 0]) == pytest.approx(10)


def test_temperature_is_finite_with_zero_probabilities():
    certain = np.array([[1.0, 0.0], [1.0, 0.0]])
    assert 1 < fit_temperature(certain, [0, 1]) <= 10
    assert np.isfinite(tempered(certain, 2.0)).all()
