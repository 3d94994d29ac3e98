import pytest
import torch

from speechbrain_clser.features.impute import Imputer, count_undefined

NAN = float("nan")


@pytest.fixture
def imputer():
    """Column means 2, 5 and unknown; deviations 1, none, unknown."""
    imputer = Imputer(3)
    imputer.fit(
        [torch.tensor([[1.0, 5.0, NAN], [3.0, NAN, NAN]]), torch.empty(0, 3)]
    )
    return imputer


def test_defined_values_are_standardised_by_what_the_sources_defined(imputer):
    found = imputer(torch.tensor([[4.0, 6.0, 0.0]]))
    assert found.tolist() == [[2.0, 1.0, 0.0]]


def test_undefined_values_become_the_mean_of_the_sources(imputer):
    assert imputer(torch.full((2, 4, 3), NAN)).tolist() == [[[0.0] * 3] * 4] * 2


def test_column_that_no_source_defined_is_zero_for_everybody(imputer):
    assert imputer(torch.tensor([2.0, 5.0, 1e9]))[2] == 0


def test_outliers_are_cut(imputer):
    assert imputer(torch.tensor([1e9, -1e9, 0.0])).tolist() == [6.0, -6.0, 0.0]


def test_undefined_values_pass_no_gradient_and_defined_ones_do(imputer):
    frames = torch.tensor([[3.0, NAN, 1.0]], requires_grad=True)
    imputer(frames).sum().backward()
    assert frames.grad.tolist() == [[1.0, 0.0, 0.0]]


def test_order_and_parts_of_what_is_fitted_do_not_matter():
    frames = 3 + 2 * torch.randn(20, 4)
    frames[::3, 1] = NAN
    whole, parts = Imputer(4), Imputer(4)
    whole.fit([frames])
    parts.fit([frames[12:], frames[:12]])
    torch.testing.assert_close(whole(frames), parts(frames))


def test_state_travels_as_tensors(imputer):
    other = Imputer(3)
    other.load_state_dict(imputer.state_dict())
    frames = torch.tensor([[4.0, NAN, 1.0]])
    assert other(frames).equal(imputer(frames))
    assert all(v.isfinite().all() for v in imputer.state_dict().values())


def test_imputer_that_has_seen_nothing_is_refused():
    with pytest.raises(ValueError, match="no statistics; call fit"):
        Imputer(2)(torch.ones(1, 2))
    with pytest.raises(ValueError, match="none of the 2 columns has a value"):
        Imputer(2).fit([torch.full((3, 2), NAN)])


def test_utterances_without_any_value_in_a_column_are_counted():
    frames = [
        torch.tensor([[1.0, NAN, 0.0], [1.0, NAN, NAN]]),
        torch.ones(1, 3),
    ]
    assert count_undefined(frames, ["a", "b", "c"]) == {"b": 1}
