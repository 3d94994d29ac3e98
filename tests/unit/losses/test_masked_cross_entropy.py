import math

import pytest
import torch

from speechbrain_clser.losses.masked_cross_entropy import masked_cross_entropy


def test_fair_coin_by_hand():
    loss = masked_cross_entropy(torch.zeros(1, 2), torch.tensor([1]))
    assert loss.item() == pytest.approx(math.log(2))


def test_unlabelled_rows_are_ignored():
    logits = torch.tensor([[0.0, 0.0], [9.0, -9.0]])
    loss = masked_cross_entropy(logits, torch.tensor([1, -1]))
    assert loss.item() == pytest.approx(math.log(2))


def test_class_weights_and_smoothing_equal_torch():
    logits, names = torch.randn(6, 3), torch.tensor([0, 1, 2, 2, 1, 0])
    weights = torch.tensor([1.0, 2.0, 0.5])
    torch.testing.assert_close(
        masked_cross_entropy(logits, names, weights, 0.1),
        torch.nn.functional.cross_entropy(
            logits, names, weights, label_smoothing=0.1
        ),
    )


def test_unlabelled_batch_has_zero_loss_and_a_gradient():
    logits = torch.ones(2, 2, requires_grad=True)
    loss = masked_cross_entropy(logits, torch.tensor([-1, -1]))
    loss.backward()
    assert loss.item() == 0 and logits.grad.equal(torch.zeros(2, 2))


def test_loss_is_float32_on_half_precision_logits():
    logits = torch.zeros(1, 2, dtype=torch.bfloat16)
    assert (
        masked_cross_entropy(logits, torch.tensor([0])).dtype == torch.float32
    )
