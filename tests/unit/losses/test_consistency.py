import math

import pytest
import torch

from speechbrain_clser.losses.consistency import consistency, thresholds


def test_only_confident_rows_count_by_hand():
    logits = torch.tensor([[math.log(3), 0.0], [9.0, 0.0]])
    posterior = torch.tensor([[0.1, 0.9], [0.7, 0.3]])
    loss = consistency(logits, posterior, torch.tensor([0.8, 0.8]))
    assert loss.item() == pytest.approx(math.log(4) / 2)


def test_each_class_has_its_threshold():
    logits, posterior = torch.zeros(1, 2), torch.tensor([[0.4, 0.6]])
    assert consistency(logits, posterior, torch.tensor([0.8, 0.5])) > 0
    assert consistency(logits, posterior, torch.tensor([0.5, 0.8])) == 0


def test_thresholds_are_proportional_to_class_probability():
    found = thresholds(torch.tensor([0.6, 0.3, 0.1]), 0.9)
    torch.testing.assert_close(found, torch.tensor([0.9, 0.45, 0.15]))


def test_pseudo_labels_have_no_gradient():
    logits = torch.randn(3, 2, requires_grad=True)
    given = torch.randn(3, 2, requires_grad=True)
    consistency(logits, given.softmax(dim=1), torch.zeros(2)).backward()
    assert given.grad is None and (logits.grad != 0).any()


def test_no_rows_have_zero_loss_and_a_gradient():
    logits = torch.randn(2, 3, requires_grad=True)
    loss = consistency(logits[:0], torch.ones(0, 3), torch.zeros(3))
    loss.backward()
    assert loss.item() == 0 and logits.grad.equal(torch.zeros(2, 3))
