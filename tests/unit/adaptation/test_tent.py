import numpy as np
import pytest

from speechbrain_clser.adaptation.base import normalise_rows
from speechbrain_clser.adaptation.tent import Tent, entropy_slope

# Logits x and -x.
SOURCE = {
    "mean": np.zeros(1),
    "scale": np.ones(1),
    "coefficients": np.array([[1.0], [-1.0]]),
    "intercepts": np.zeros(2),
    "shape": np.array([1, 2]),
}
TARGET = np.array([[1.0], [-1.0]] * 10)
P = np.array([[0.6, 0.4], [0.4, 0.6]] * 10)


def entropy(p):
    return -(p * np.log(p)).sum(axis=1)


def test_one_step_by_hand():
    fitted = Tent(n_steps=1, rate=0.5).fit(SOURCE, TARGET, P)
    # With the difference d = 2 f x of the logits, the slope of the entropy is
    # -d s(d) s(-d) per d, hence -2 * 2 * s(2) s(-2) per factor f; 0 per shift.
    s = 1 / (1 + np.exp(-2.0))
    np.testing.assert_allclose(
        fitted.state["coefficients"][:, 0],
        (1 + 0.5 * 4 * s * (1 - s)) * np.array([1, -1]),
    )
    np.testing.assert_allclose(fitted.state["intercepts"], 0, atol=1e-12)


def test_without_steps_the_target_is_standardised():
    moved = 3 * TARGET + 50
    fitted = Tent(n_steps=0).fit(SOURCE, moved, P)
    np.testing.assert_allclose(
        fitted.predict(moved, P), normalise_rows(TARGET * [1, -1])
    )


def test_slope_is_that_of_the_entropy():
    logits, h = np.random.default_rng(0).normal(size=(5, 4)), 1e-6
    expected = [
        (
            entropy(normalise_rows(logits + step))
            - entropy(normalise_rows(logits))
        )
        / h
        for step in h * np.eye(4)
    ]
    found = entropy_slope(normalise_rows(logits))
    np.testing.assert_allclose(found, np.stack(expected, axis=1), atol=1e-5)


def test_more_steps_lower_the_entropy():
    target = np.random.default_rng(1).normal(size=(40, 1))
    p = np.tile(P, (2, 1))
    found = [
        entropy(
            Tent(n_steps=n).fit(SOURCE, target, p).predict(target, p)
        ).mean()
        for n in (0, 5, 20)
    ]
    assert found[0] > found[1] > found[2]


def test_constant_dimension_stays_finite():
    fitted = Tent().fit(SOURCE, np.ones((20, 1)), P)
    np.testing.assert_allclose(fitted.predict(np.ones((20, 1)), P), 0.5)


@pytest.mark.parametrize(
    "constants, expected",
    [({"n_steps": -1}, "n_steps of at least 0"), ({"rate": 0.0}, "rate")],
)
def test_constants_out_of_range_raise(constants, expected):
    with pytest.raises(ValueError, match=expected):
        Tent(**constants)
