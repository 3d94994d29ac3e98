import math

import pytest
import torch

from speechbrain_clser.lobes.graph_attention import GraphAttention

LOG_3 = math.log(3)


def lobe_of(own, other):
    lobe = GraphAttention(1, n_heads=1, dropout=0.0)
    with torch.no_grad():
        lobe.project.weight.fill_(1.0)
        lobe.scores.copy_(torch.tensor([own, other]).reshape(2, 1, 1))
    return lobe


@pytest.mark.parametrize(
    "own, other, expected",
    [
        # Edges to (2, 1): 2 log(3), log(3), so that the weights are 3/4 and 1/4.
        (0.0, LOG_3, [1.75, 1.75]),
        # Edges from 2: 2 - 2, 2 - 1; from 1: 1 - 2 with slope 1/5, and 0.
        (
            1.0,
            -1.0,
            [
                (2 + math.e) / (1 + math.e),
                (2 * math.exp(-0.2) + 1) / (math.exp(-0.2) + 1),
            ],
        ),
    ],
)
def test_sums_by_hand(own, other, expected):
    frames = torch.tensor([[[2.0], [1.0], [9.0]]])
    found = lobe_of(own, other)(frames, torch.tensor([2 / 3]))
    torch.testing.assert_close(found[0, :, 0], torch.tensor([*expected, 0.0]))


def test_negative_sum_is_bent():
    found = lobe_of(0.0, 0.0)(torch.tensor([[[-1.0], [-3.0]]]), torch.ones(1))
    assert found[0, :, 0].tolist() == pytest.approx([math.exp(-2) - 1] * 2)


def test_heads_attend_separately():
    torch.manual_seed(0)
    lobe = GraphAttention(4, n_heads=2, dropout=0.0)
    frames, lens = torch.randn(1, 5, 4), torch.ones(1)
    before = lobe(frames, lens)
    with torch.no_grad():
        lobe.scores[:, 1] += 1.0
    is_same = lobe(frames, lens).isclose(before).all(dim=1)[0]
    assert is_same.tolist() == [True, True, False, False]
