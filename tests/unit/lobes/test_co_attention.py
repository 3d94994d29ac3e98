import math

import pytest
import torch

from speechbrain_clser.lobes.co_attention import CoAttention


def lobe_of(weight, **options):
    weight = torch.tensor(weight)
    lobe = CoAttention(weight.shape[1], weight.shape[0], **options)
    with torch.no_grad():
        lobe.project.weight.copy_(weight)
        lobe.project.bias.zero_()
    return lobe


def test_context_by_hand():
    # The query (2, 1) is projected to (2, 2, 2, 0); products 0 and 2 log(3), halved
    # by the root of 4 dimensions: weights 1/4 and 3/4.
    lobe = lobe_of([[1.0, 0], [1, 0], [0, 2], [0, 0]])
    log_3 = math.log(3)
    frames = torch.tensor([[[0.0, 0, 0, 8], [log_3, 0, 0, 4], [9, 9, 9, 9]]])
    found = lobe(torch.tensor([[2.0, 1.0]]), frames, torch.tensor([2 / 3]))
    expected = torch.tensor([[0.75 * log_3, 0, 0, 5.0]])
    torch.testing.assert_close(found, expected)


def test_control_is_the_mean_of_real_frames():
    lobe = CoAttention(2, 1, kind="mean")
    frames = torch.tensor([[[1.0], [3.0], [99.0], [99.0]]])
    found = lobe(torch.randn(1, 2), frames, torch.tensor([0.5]))
    assert found.tolist() == [[2.0]] and not list(lobe.parameters())


def test_context_depends_on_the_query():
    lobe, frames = CoAttention(2, 3), torch.randn(1, 9, 3)
    one, two = (lobe(q, frames, torch.ones(1)) for q in torch.randn(2, 1, 2))
    assert not torch.allclose(one, two)


def test_unknown_kind_raises():
    with pytest.raises(
        ValueError, match="by co_attention or mean, found 'max'"
    ):
        CoAttention(2, 3, kind="max")
