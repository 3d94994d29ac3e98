import pytest
import scipy.stats
import torch

from speechbrain_clser.features.prosody.functionals import (
    STATISTICS,
    functionals,
)


def of(*values):
    """Statistics of values, with one masked value added."""
    values = torch.tensor([*values, float("nan")])
    mask = torch.arange(len(values)) < len(values) - 1
    return {k: v.item() for k, v in functionals(values, mask).items()}


def test_statistics_by_hand():
    found = of(1.0, 1.0, 1.0, 5.0)
    assert list(found) == list(STATISTICS)
    assert found["mean"] == 2
    assert found["std"] == pytest.approx(3**0.5)
    assert (found["max"], found["min"]) == (5, 1)
    assert found["skewness"] == pytest.approx(2 / 3**0.5)
    assert found["kurtosis"] == pytest.approx(21 / 9 - 3)


def test_shape_is_that_of_scipy():
    values = torch.randn(3, 50).double().exp()
    found = functionals(values, torch.ones(3, 50).bool())
    for name, oracle in (
        ("skewness", scipy.stats.skew),
        ("kurtosis", scipy.stats.kurtosis),
    ):
        expected = torch.from_numpy(oracle(values.numpy(), axis=1))
        torch.testing.assert_close(found[name], expected)


@pytest.mark.parametrize(
    "values, defined",
    [
        ((), set()),
        ((7.0,), {"mean", "max", "min"}),
        ((7.0, 8.0), {"mean", "max", "min", "std"}),
        ((7.0, 8.0, 9.0), set(STATISTICS) - {"kurtosis"}),
        ((7.0, 8.0, 9.0, 9.0), set(STATISTICS)),
        ((7.0, 7.0, 7.0, 7.0), {"mean", "max", "min", "std"}),
    ],
)
def test_undefined_statistics_are_nan(values, defined):
    found = of(*values)
    assert {name for name in found if found[name] == found[name]} == defined
