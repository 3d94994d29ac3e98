import pytest
import torch

from speechbrain_clser.losses.ccc import ccc_loss

X = torch.tensor([[0.0], [1.0], [2.0]])


def test_loss_equals_value_worked_out_on_paper():
    # See test_regression: CCC 8/13.
    assert ccc_loss(2 * X, X).item() == pytest.approx(5 / 13)


def test_order_and_unlabelled_rows_do_not_matter():
    values = torch.cat([2 * X, torch.tensor([[9.0]])]).flip(0)
    targets = torch.cat([X, torch.tensor([[torch.nan]])]).flip(0)
    assert ccc_loss(values, targets).item() == pytest.approx(5 / 13)


@pytest.mark.parametrize("targets", [X * torch.nan, torch.ones(3, 1)])
def test_degenerate_batch_has_a_finite_gradient(targets):
    values = torch.ones(3, 1, requires_grad=True)
    ccc_loss(values, targets).backward()
    assert values.grad.isfinite().all()


def test_other_shape_is_refused():
    with pytest.raises(ValueError, match="one shape"):
        ccc_loss(X, X[:, 0])
