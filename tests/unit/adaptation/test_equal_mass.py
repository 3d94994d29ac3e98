import math

import numpy as np
import pytest

from speechbrain_clser.adaptation.equal_mass import EqualMass
from speechbrain_clser.errors import AdaptationError

VECTORS = np.zeros((20, 1))


def source(p):
    return {"shape": np.array([1, p.shape[1]])}


def test_factors_by_hand():
    # Odds x / 4 and 3 x / 2 of class 1, with x its factor against class 0:
    # x / (4 + x) + 3 x / (2 + 3 x) = 1 has the solution x**2 = 8 / 3.
    p = np.array([[0.8, 0.2], [0.4, 0.6]] * 10)
    fitted = EqualMass().fit(source(p), VECTORS, p)
    x = math.sqrt(8 / 3)
    adapted = fitted.predict(VECTORS[:2], p[:2])
    np.testing.assert_allclose(
        adapted[:, 1], [x / (4 + x), 3 * x / (2 + 3 * x)], atol=1e-6
    )


@pytest.mark.parametrize("shares", [None, (0.5, 0.3, 0.2)])
@pytest.mark.parametrize("sharpness", [1, 30])
def test_rows_and_columns_have_their_sums(shares, sharpness):
    rng = np.random.default_rng(0)
    logits = sharpness * (rng.normal(size=(200, 3)) + [0, 1, -1])
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    vectors = np.zeros((200, 1))
    fitted = EqualMass(shares).fit(source(p), vectors, p)
    adapted = fitted.predict(vectors, p)
    expected = shares or (1 / 3,) * 3
    np.testing.assert_allclose(adapted.mean(axis=0), expected, atol=1e-6)
    np.testing.assert_allclose(adapted.sum(axis=1), 1, atol=1e-12)


def test_posteriors_with_the_shares_are_unchanged():
    p = np.array([[0.8, 0.2], [0.2, 0.8]] * 10)
    adapted = EqualMass().fit(source(p), VECTORS, p).predict(VECTORS, p)
    np.testing.assert_allclose(adapted, p, atol=1e-12)


def test_prior_of_the_classifier_does_not_matter():
    rng = np.random.default_rng(1)
    p = rng.dirichlet([1, 1, 1], 50)
    vectors = np.zeros((50, 1))
    found = [
        EqualMass().fit(source(q), vectors, q).predict(vectors, q)
        for q in (p, p * [0.2, 1.0, 3.0])
    ]
    np.testing.assert_allclose(*found, atol=1e-5)


def test_factors_of_one_half_are_applied_to_the_other():
    p = np.array([[0.8, 0.2], [0.4, 0.6]] * 10)
    fitted = EqualMass().fit(source(p), VECTORS, p)
    x = math.sqrt(8 / 3)
    other = fitted.predict([[0.0]], [[0.5, 0.5]])
    np.testing.assert_allclose(other, [[1 / (1 + x), x / (1 + x)]], atol=1e-6)


def test_unreachable_shares_raise():
    p = np.eye(2)[[0] * 15 + [1] * 5]
    with pytest.raises(AdaptationError, match=r"\[0.5, 0.5\].*found") as error:
        EqualMass(max_rounds=20).fit(source(p), VECTORS, p)
    assert error.value.reason == "no convergence"


@pytest.mark.parametrize(
    "constants, expected",
    [
        ({"shares": (0.5, 0.6)}, "shares above 0 that sum to 1"),
        ({"shares": (1.0, 0.0)}, "shares above 0 that sum to 1"),
        ({"max_rounds": 0}, "max_rounds of at least 1"),
    ],
)
def test_constants_out_of_range_raise(constants, expected):
    with pytest.raises(ValueError, match=expected):
        EqualMass(**constants)


def test_shares_of_other_classes_raise():
    with pytest.raises(ValueError, match="each of 3 classes"):
        EqualMass((0.5, 0.5)).summarise(np.zeros((3, 1)), [0, 1, 2], 3)
