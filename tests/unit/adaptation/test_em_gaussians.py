import math

import numpy as np
import pytest

from speechbrain_clser.adaptation.em_gaussians import EMGaussians
from speechbrain_clser.errors import AdaptationError

# Two classes at -1 and 1 without spread: mean 0 and deviation 1, so that
# standardising changes nothing and the covariance is the ridge.
SOURCE = np.array([[-1.0]] * 3 + [[1.0]] * 3)
LABELS = np.array([0, 0, 0, 1, 1, 1])


def test_one_round_by_hand():
    # exponent 1/2 and covariance 1: the odds of class 1 at z are
    # exp((z + 1)**2 / 4 - (z - 1)**2 / 4) = exp(z), so 3 : 1 at z = log 3.
    adaptation = EMGaussians(1, prior_weight=10, n_rounds=1, ridge=1.0)
    z = math.log(3)
    target = np.array([[z]] * 10 + [[-z]] * 10)
    # Both rows in one class would raise an error, so the posteriors differ slightly.
    p = np.array([[0.5, 0.5 + 1e-9]] * 10 + [[0.5 + 1e-9, 0.5]] * 10)
    summary = adaptation.summarise(SOURCE, LABELS, 2)
    assert summary["covariance"].tolist() == [[1.0]]
    sign = summary["components"][0, 0]  # of a principal component
    state = adaptation.fit(summary, target, p).state
    # Responsibility 10 in each class: (10 (3/4 - 1/4) z + 10) / (10 + 10).
    mean = z / 4 + 1 / 2
    np.testing.assert_allclose(
        sign * state["class_means"], [[-mean], [mean]], rtol=1e-8
    )
    spread = 3 / 4 * (z - mean) ** 2 + 1 / 4 * (z + mean) ** 2 + 1
    np.testing.assert_allclose(state["covariance"], [[spread]], rtol=1e-8)
    odds = math.exp(mean * z / spread)
    adapted = adaptation.fit(summary, target, p).predict([[z]], [[0.5, 0.5]])
    np.testing.assert_allclose(
        adapted, [[1 / (1 + odds), odds / (1 + odds)]], rtol=1e-8
    )


def overlapping(n=80, dim=5, seed=3):
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 2
    source = rng.normal(size=(n, dim)) + labels[:, None]
    target = rng.normal(size=(n, dim)) * 1.5 + labels[:, None] - 0.7
    p = rng.uniform(0.2, 0.8, n)
    return source, labels, target, np.stack([p, 1 - p], axis=1)


def log_likelihood(state, target, p):
    """Compute it for the mixture whose weights are the posteriors of each row."""
    z = (target - state["mean"]) / state["scale"] @ state["components"]
    precision = np.linalg.inv(state["covariance"])
    shift = z[:, None] - state["class_means"]
    distance = np.einsum("nki,ij,nkj->nk", shift, precision, shift)
    density = np.exp(-distance / 2) * math.sqrt(np.linalg.det(precision))
    return np.log((p * density).sum(axis=1)).sum()


def test_likelihood_rises_in_plain_em():
    source, labels, target, p = overlapping()
    found = []
    for n_rounds in (1, 2, 4, 8, 16, 64):
        adaptation = EMGaussians(
            3, prior_weight=1e-9, exponent=1, n_rounds=n_rounds, ridge=1e-9
        )
        summary = adaptation.summarise(source, labels, 2)
        state = adaptation.fit(summary, target, p).state
        found.append(log_likelihood(state, target, p))
    assert (np.diff(found) >= -1e-9).all()
    assert found[-1] > found[0] + 0.1


def test_many_rounds_reach_a_fixed_point():
    source, labels, target, p = overlapping()
    states = []
    for n_rounds in (400, 401):
        adaptation = EMGaussians(3, n_rounds=n_rounds)
        summary = adaptation.summarise(source, labels, 2)
        states.append(adaptation.fit(summary, target, p).state)
    np.testing.assert_allclose(
        states[0]["class_means"], states[1]["class_means"], atol=1e-8
    )


def test_large_prior_weight_keeps_the_source_means():
    source, labels, target, p = overlapping()
    adaptation = EMGaussians(3, prior_weight=1e9)
    summary = adaptation.summarise(source, labels, 2)
    state = adaptation.fit(summary, target, p).state
    np.testing.assert_allclose(
        state["class_means"], summary["class_means"], atol=1e-5
    )


def test_units_of_the_vectors_do_not_matter():
    source, labels, target, p = overlapping()
    factor, shift = np.array([1, 10, 100, 0.1, 7.0]), np.arange(5.0)
    adaptation = EMGaussians(3)
    adapted = [
        adaptation.fit(
            adaptation.summarise(scale(source), labels, 2), scale(target), p
        ).predict(scale(target), p)
        for scale in (lambda v: v, lambda v: factor * v + shift)
    ]
    np.testing.assert_allclose(*adapted, atol=1e-9)


def test_constant_column_changes_nothing():
    source, labels, target, p = overlapping()
    adaptation = EMGaussians(3)
    wide = [np.pad(v, ((0, 0), (0, 1))) for v in (source, target)]
    plain, padded = (
        adaptation.fit(adaptation.summarise(s, labels, 2), t, p).predict(t, p)
        for s, t in ((source, target), wide)
    )
    np.testing.assert_allclose(plain, padded, atol=1e-9)


@pytest.mark.parametrize("n, dim", [(60, 3), (4, 8)])
def test_fewer_dimensions_or_utterances_than_components(n, dim):
    vectors, labels = np.random.default_rng(0).normal(size=(n, dim)), [0, 1]
    with pytest.raises(AdaptationError, match=f"found {dim} dim") as error:
        EMGaussians(4).summarise(vectors, labels * (n // 2), 2)
    assert error.value.reason == "few dimensions"


@pytest.mark.parametrize(
    "constants, expected",
    [
        ({"n_components": 0}, "n_components of at least 1"),
        ({"n_rounds": 0}, "n_rounds of at least 1"),
        ({"prior_weight": 0.0}, "prior_weight above 0"),
        ({"exponent": -1.0}, "exponent above 0"),
        ({"ridge": 0.0}, "ridge above 0"),
    ],
)
def test_constants_out_of_range_raise(constants, expected):
    with pytest.raises(ValueError, match=expected):
        EMGaussians(**constants)
