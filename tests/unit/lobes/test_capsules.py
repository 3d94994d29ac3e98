import math

import pytest
import torch

from speechbrain_clser.lobes.capsules import CapsulePooling, route, squash


def test_squashed_lengths_by_hand():
    vectors = torch.tensor([[0.6, 0.8], [0.0, 2.0]])
    found = squash(vectors)
    torch.testing.assert_close(found, torch.tensor([[0.3, 0.4], [0.0, 0.8]]))


def test_squash_of_zeros_has_a_finite_gradient():
    vectors = torch.zeros(3, 2, requires_grad=True)
    squash(vectors).sum().backward()
    assert vectors.grad.isfinite().all()


# Two capsules that vote for two outputs.
VOTES = torch.tensor([[[[2.0, 0.0], [0.0, 1.0]], [[4.0, 0.0], [0.0, -1.0]]]])


def test_first_routing_by_hand():
    found = route(VOTES, torch.ones(1, 2), n_routings=1)
    # Half of each vote: (1 + 2, 0), length 3, and (0, 0.5 - 0.5).
    expected = torch.tensor([[[0.9, 0.0], [0.0, 0.0]]])
    torch.testing.assert_close(found, expected)


def test_second_routing_by_hand():
    found = route(VOTES, torch.ones(1, 2), n_routings=2)
    # Unit vectors (1, 0) and (0, 0): agreements 2 and 0, 4 and 0.
    first, second = 1 / (1 + math.exp(-2)), 1 / (1 + math.exp(-4))
    n = 2 * first + 4 * second
    m = (1 - first) - (1 - second)
    expected = [[n**2 / (1 + n**2), 0.0], [0.0, m**2 / (1 + m**2)]]
    torch.testing.assert_close(found, torch.tensor([expected]))


def test_capsule_without_weight_does_not_vote():
    weights = torch.tensor([[1.0, 0.0]])
    found = route(VOTES, weights, 3)
    torch.testing.assert_close(found, route(VOTES[:, :1], weights[:, :1], 3))


def test_repeated_utterance_has_the_same_embedding():
    pooling = CapsulePooling(dim=3, capsule_dim=4, n_averaged=2)
    frames = torch.randn(2, 8, 3)
    once = pooling(frames, torch.ones(2))
    twice = pooling(frames.repeat(1, 2, 1), torch.ones(2))
    torch.testing.assert_close(once, twice)


def test_padding_does_not_matter():
    pooling = CapsulePooling(dim=3, capsule_dim=4, n_averaged=4)
    frames = torch.randn(2, 12, 3)
    padded = pooling(frames, torch.tensor([1.0, 0.5]))
    torch.testing.assert_close(
        padded[1:], pooling(frames[1:, :6], torch.ones(1))
    )


def test_control_is_mean_and_deviation():
    pooling = CapsulePooling(dim=1, kind="mean_std")
    frames = torch.tensor([[[2.0], [4.0]]])
    found = pooling(frames, torch.ones(1))
    assert found.tolist() == [[3.0, 1.0]] and pooling.output_dim == 2
    assert not list(pooling.parameters())


@pytest.mark.parametrize("options", [{"kind": "max"}, {"n_routings": 0}])
def test_unknown_options_raise(options):
    with pytest.raises(
        ValueError, match="expected pooling by capsules or mean_"
    ):
        CapsulePooling(dim=2, **options)
