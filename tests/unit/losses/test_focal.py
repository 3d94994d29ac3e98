import math

import pytest
import torch

from speechbrain_clser.losses.focal import focal
from speechbrain_clser.losses.masked_cross_entropy import masked_cross_entropy

WEIGHTS = torch.tensor([1.0, 2.0, 0.5])
LABELS = torch.tensor([0, 1, 2, 2, 1, -1])


def logits():
    return torch.randn(6, 3, generator=torch.manual_seed(0))


def test_two_rows_by_hand():
    # Probabilities 1/2 and 3/4 of the labels: (1/4 ln 2 + 1/16 ln 4/3) / 2.
    rows = torch.tensor([[0.0, 0.0], [math.log(3), 0.0], [9.0, 0.0]])
    expected = (math.log(2) / 4 + math.log(4 / 3) / 16) / 2
    loss = focal(rows, torch.tensor([1, 0, -1]), gamma=2)
    assert loss.item() == pytest.approx(expected)


@pytest.mark.parametrize("gamma", [0, 1e-9])
@pytest.mark.parametrize("weights", [None, WEIGHTS])
def test_gamma_of_zero_is_cross_entropy(gamma, weights):
    torch.testing.assert_close(
        focal(logits(), LABELS, gamma, weights, 0.1),
        masked_cross_entropy(logits(), LABELS, weights, 0.1),
    )


def test_gamma_of_zero_is_bitwise_the_cross_entropy():
    one = focal(logits(), LABELS, 0.0, WEIGHTS, 0.1)
    assert one.equal(masked_cross_entropy(logits(), LABELS, WEIGHTS, 0.1))


def test_order_of_the_batch_does_not_matter():
    order = torch.tensor([3, 5, 0, 4, 2, 1])
    torch.testing.assert_close(
        focal(logits(), LABELS, 2.0, WEIGHTS),
        focal(logits()[order], LABELS[order], 2.0, WEIGHTS),
    )


def test_unlabelled_batch_has_zero_loss_and_a_gradient():
    rows = torch.ones(2, 2, requires_grad=True)
    loss = focal(rows, torch.tensor([-1, -1]), 2.0)
    loss.backward()
    assert loss.item() == 0 and rows.grad.equal(torch.zeros(2, 2))


@pytest.mark.parametrize("gamma", [0.5, 1, 2])
def test_gradient_of_a_certain_row_is_finite(gamma):
    rows = torch.tensor([[200.0, 0.0], [0.0, 200.0]], requires_grad=True)
    focal(rows, torch.tensor([0, 0]), gamma).backward()
    assert rows.grad.isfinite().all() and rows.grad[1].any()


def test_loss_is_float32_on_half_precision_logits():
    rows = torch.zeros(1, 2, dtype=torch.bfloat16)
    assert focal(rows, torch.tensor([0]), 2.0).dtype == torch.float32


def test_negative_gamma_raises():
    with pytest.raises(ValueError, match="gamma must be 0 or more, got -1"):
        focal(logits(), LABELS, -1)
