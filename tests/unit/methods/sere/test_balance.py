import math

import pytest
import torch

from speechbrain_clser.methods.sere.balance import balance


def test_value_by_hand():
    # Posteriors 3/4 and 1/4 in both rows.
    logits = torch.tensor([[math.log(3), 0.0]] * 2)
    expected = 0.75 * math.log(1.5) + 0.25 * math.log(0.5)
    assert balance(logits).item() == pytest.approx(expected)


def test_confident_predictions_of_different_classes_have_zero_loss():
    assert balance(50 * torch.eye(3)).item() == pytest.approx(0.0, abs=1e-6)


def test_order_of_the_batch_does_not_matter():
    logits = torch.randn(6, 3)
    torch.testing.assert_close(
        balance(logits), balance(logits[torch.randperm(6)])
    )


def test_no_rows_have_zero_loss_and_a_gradient():
    logits = torch.randn(2, 3, requires_grad=True)
    loss = balance(logits[:0])
    loss.backward()
    assert loss.item() == 0 and logits.grad.equal(torch.zeros(2, 3))


def test_gradient_is_finite_at_zero_probability():
    logits = torch.tensor([[500.0, 0.0]], requires_grad=True)
    balance(logits).backward()
    assert logits.grad.isfinite().all()
