import numpy as np
import pytest

from speechbrain_clser.adaptation.em_prior import EMPrior

VECTORS = np.zeros((20, 1))
SOURCE = {"shape": np.array([1, 2])}


def adapted(p, **constants):
    fitted = EMPrior(**constants).fit(SOURCE, VECTORS, p)
    return fitted.predict(VECTORS, p)


def test_shares_by_hand():
    # The likelihood of a share s of class 0, (0.2 + 0.6 s) (0.7 - 0.4 s), has its
    # maximum at s = 0.34 / 0.48.
    p = np.array([[0.8, 0.2], [0.3, 0.7]] * 10)
    s = 0.34 / 0.48
    expected = p[:2] * [s, 1 - s]
    expected /= expected.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(adapted(p)[:2], expected, atol=1e-6)


def test_uniform_posteriors_are_unchanged():
    p = np.full((20, 2), 0.5) + [[1e-9, -1e-9], [-1e-9, 1e-9]] * 10
    np.testing.assert_allclose(adapted(p), p, atol=1e-6)


def test_class_that_explains_everything_keeps_finite_posteriors():
    # The maximum, s = 4 / 3, lies outside of 0-1.
    found = adapted(np.array([[0.8, 0.2], [0.4, 0.6]] * 10))
    assert np.isfinite(found).all() and (found[:, 0] > 0.99).all()


def test_no_rounds_raise():
    with pytest.raises(ValueError, match="n_rounds of at least 1, found 0"):
        EMPrior(n_rounds=0)
