import math

import numpy as np
import pytest
import torch

from speechbrain_clser.losses.alignment import (
    BANDWIDTHS,
    conditioned,
    domain_classification,
    layer_anchoring,
    margin_disparity,
    mk_mmd,
)
from speechbrain_clser.losses.coral import coral

LOG_3 = math.log(3)
IS_TARGET = torch.tensor([False, False, True])


def test_domain_classification_by_hand():
    # Probabilities of the target: 1/2 and 3/4 of the source, 3/4 of the target.
    loss = domain_classification(torch.tensor([0.0, LOG_3, LOG_3]), IS_TARGET)
    of_source = (math.log(2) + math.log(4)) / 2
    assert loss.item() == pytest.approx((of_source + math.log(4 / 3)) / 2)


def test_conditioning_by_hand():
    logits = torch.tensor([[LOG_3, 0.0]], requires_grad=True)  # 3/4 and 1/4
    embedding = torch.tensor([[4.0, 8.0]], requires_grad=True)
    found = conditioned(embedding, logits)
    torch.testing.assert_close(found, torch.tensor([[3.0, 6.0, 1.0, 2.0]]))
    found.sum().backward()
    assert logits.grad is None and embedding.grad is not None


def test_margin_disparity_by_hand():
    # Auxiliary probabilities 3/4 and 1/4; the predicted classes are 0, 1 and 0.
    auxiliary = torch.tensor([[LOG_3, 0.0]] * 3)
    logits = torch.tensor([[5.0, 0.0], [0.0, 1.0], [2.0, 0.0]])
    loss = margin_disparity(auxiliary, logits, IS_TARGET, gamma=2.0)
    of_source = (math.log(4 / 3) + math.log(4)) / 2
    assert loss.item() == pytest.approx(2 * of_source + math.log(4))


def test_margin_disparity_trains_the_auxiliary_classifier_only():
    auxiliary = torch.tensor([[1e4, -1e4, 0.0]] * 3, requires_grad=True)
    logits = torch.tensor([[5.0, 0.0, 0.0]] * 3, requires_grad=True)
    loss = margin_disparity(auxiliary, logits, IS_TARGET)
    loss.backward()
    assert loss.isfinite() and auxiliary.grad.isfinite().all()
    assert auxiliary.grad[2].ne(0).any() and logits.grad is None


def naive_mmd(source, target):
    rows = np.concatenate([source, target])
    pairs = [
        np.square(one - two).sum()
        for i, one in enumerate(rows)
        for two in rows[:i]
    ]
    median = sorted(pairs)[(len(pairs) - 1) // 2]

    def kernel(one, two):
        d = np.square(one - two).sum()
        return np.mean([math.exp(-d / (b * median)) for b in BANDWIDTHS])

    def mean(first, second):
        return np.mean([[kernel(one, two) for two in second] for one in first])

    same = mean(source, source) + mean(target, target)
    return same - 2 * mean(source, target)


def test_mmd_by_hand_and_by_loops():
    # The median of 0, 0, 1, 1, 1, 1 is 1.
    kernels = [math.exp(-1 / b) for b in (0.25, 0.5, 1, 2, 4)]
    loss = mk_mmd(torch.zeros(2, 3), torch.eye(3)[[0, 0]])
    assert loss.item() == pytest.approx(2 - 2 * sum(kernels) / 5)
    source, target = torch.randn(5, 3), torch.randn(4, 3) + 1
    assert mk_mmd(source, target).item() == pytest.approx(
        naive_mmd(source.numpy(), target.numpy()), abs=1e-5
    )


@pytest.mark.parametrize("apart", [0.0, 1.0])
def test_mmd_of_equal_rows_and_mostly_equal_rows_is_finite(apart):
    source = torch.ones(9, 2, requires_grad=True)
    target = torch.ones(3, 2)
    target[0] += apart
    loss = mk_mmd(source, target)
    loss.backward()
    assert source.grad.isfinite().all()
    assert loss.item() == pytest.approx(0, abs=1e-6) if not apart else loss > 0


def test_anchoring_is_the_mean_of_coral_over_groups():
    layers = torch.randn(6, 5, 3)
    is_target = torch.arange(6) >= 3
    # Five layers in two groups: three and two.
    groups = layers[:, :3].mean(dim=1), layers[:, 3:].mean(dim=1)
    expected = sum(coral(g[:3], g[3:]) for g in groups) / 2
    found = layer_anchoring(layers, is_target, n_groups=2)
    torch.testing.assert_close(found, expected)


@pytest.mark.parametrize("n_groups", [0, 6])
def test_impossible_groups_raise(n_groups):
    with pytest.raises(ValueError, match=f"1 to 5, .* found {n_groups}"):
        layer_anchoring(torch.randn(6, 5, 3), torch.arange(6) >= 3, n_groups)


LOSSES = {
    "domain": lambda x, is_target: domain_classification(x[:, 0], is_target),
    "mdd": lambda x, is_target: margin_disparity(x, x, is_target),
    "mmd": lambda x, is_target: mk_mmd(x[~is_target], x[is_target]),
    "layers": lambda x, t: layer_anchoring(x.unflatten(1, (2, 2)), t, 2),
}


@pytest.mark.parametrize("name", LOSSES)
def test_order_does_not_matter_and_one_domain_has_zero_loss(name):
    values, is_target = torch.randn(6, 4), torch.arange(6) % 2 == 0
    order = torch.tensor([3, 1, 5, 0, 2, 4])
    torch.testing.assert_close(
        LOSSES[name](values, is_target),
        LOSSES[name](values[order], is_target[order]),
    )
    for domain in (False, True):
        one = values.clone().requires_grad_()
        loss = LOSSES[name](one, torch.full((6,), domain))
        loss.backward()
        assert loss.item() == 0 and one.grad.eq(0).all()
