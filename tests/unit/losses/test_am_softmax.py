import math

import pytest
import torch

from speechbrain_clser.losses.am_softmax import am_softmax


def test_loss_by_hand():
    # Cosines 1/2 and 0 at scale 4; the margin 1/4 makes them 1/4 and 0, or, for the
    # second class, 1/2 and -1/4; the last row has no label.
    logits = torch.tensor([[2.0, 0.0], [2.0, 0.0], [9.0, 0.0]])
    found = am_softmax(logits, torch.tensor([0, 1, -1]), 4.0, 0.25)
    expected = math.log(1 + math.exp(-1)) + math.log(1 + math.exp(3))
    assert found.item() == pytest.approx(expected / 2)


def test_batch_without_labels_has_zero_loss_and_gradient():
    logits = torch.randn(2, 3, requires_grad=True)
    am_softmax(logits, torch.tensor([-1, -1])).backward()
    assert logits.grad.eq(0).all()
