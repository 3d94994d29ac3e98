import numpy as np
import pytest
from scipy.stats import pearsonr

from speechbrain_clser.evaluation import regression

RNG = np.random.default_rng(3)
X = RNG.random((30, 2))
Y = 0.6 * X + 0.3 * RNG.random((30, 2))


def test_metrics_equal_values_worked_out_on_paper():
    # Means 1 and 2, variances 2/3 and 8/3, covariance 4/3.
    x, y = np.array([[0.0], [1.0], [2.0]]), np.array([[0.0], [2.0], [4.0]])
    found = regression.sums(x, y)
    assert regression.ccc_of(found) == pytest.approx(8 / 13)
    assert regression.pearson_of(found) == pytest.approx(1.0)
    assert regression.rmse_of(found) == pytest.approx(np.sqrt(5 / 3))


def test_pearson_equals_scipy():
    expected = [pearsonr(X[:, k], Y[:, k])[0] for k in range(2)]
    assert regression.pearson_of(regression.sums(X, Y)) == pytest.approx(
        expected
    )


def test_constant_prediction_has_ccc_zero_and_no_correlation():
    found = regression.sums(X, np.full_like(X, 0.5))
    assert regression.ccc_of(found) == pytest.approx([0, 0])
    assert np.isnan(regression.pearson_of(found)).all()
    same = regression.sums(np.ones((3, 1)), np.ones((3, 1)))
    assert np.isnan(regression.ccc_of(same)).all()


@pytest.mark.parametrize("name", regression.METRICS)
def test_terms_are_the_derivative_by_a_speaker(name):
    speakers = np.stack([regression.sums(X[k::3], Y[k::3]) for k in range(3)])
    part, whole = regression.terms(name, speakers)
    total, metric = speakers.sum(axis=0), regression.METRICS[name]
    assert part.sum(0) / whole.sum(0) == pytest.approx(metric(total))
    step = 1e-5 * speakers[1]
    slope = (metric(total + step) - metric(total - step)) / 2e-5
    influence = (part[1] - metric(total) * whole[1]) / whole.sum(axis=0)
    assert influence == pytest.approx(slope, rel=1e-4)
