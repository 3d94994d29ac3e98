import math

import pytest
import torch

from speechbrain_clser.methods.sere.tric import (
    labelled_link,
    unlabelled_link,
    visit,
    walk,
)

NEAR = ~torch.eye(8).bool()
EVEN = torch.full((8, 3), 1 / 3)
MIXED = torch.tensor([0, 1, 2, 0, -1, -1, -1, -1])


def batch(emotion=MIXED):
    embedding = torch.nn.functional.normalize(torch.randn(8, 5), dim=1)
    posterior = torch.rand(8, 3).softmax(dim=1)
    return embedding, emotion, posterior, torch.rand(8)


def all_losses(embedding, emotion, posterior, reliability, near=NEAR):
    resonance = embedding @ embedding.T
    return torch.stack(
        [
            labelled_link(resonance, emotion, posterior, reliability),
            unlabelled_link(resonance, emotion, near, posterior, reliability),
            walk(resonance, emotion),
            visit(resonance, emotion),
        ]
    )


def test_labelled_link_by_hand():
    # One labelled row of each class; the unlabelled row has three times the
    # weight for the first, and a posterior of 0.8.
    score = math.log(3)
    resonance = torch.tensor([[0, 0, score], [0, 0, 0], [score, 0, 0]])
    posterior = torch.tensor([[0.5, 0.5], [0.5, 0.5], [0.8, 0.2]])
    emotion = torch.tensor([0, 1, -1])
    loss = labelled_link(resonance, emotion, posterior, torch.ones(3), 1.0)
    assert loss.item() == pytest.approx(-math.log(0.75 * 0.8 + 0.25 * 0.2))


def test_reliable_utterances_count_more_in_the_labelled_link():
    resonance = torch.zeros(4, 4)
    emotion = torch.tensor([0, 1, -1, -1])
    posterior = torch.tensor([[0.5, 0.5]] * 2 + [[1.0, 0.0], [0.9, 0.9]])
    weight = torch.tensor([9.0, 9.0, 1.0, 3.0])
    loss = labelled_link(resonance, emotion, posterior, weight, 1.0)
    expected = -(math.log(0.5) + 3 * math.log(0.9)) / 4
    assert loss.item() == pytest.approx(expected, abs=1e-5)


def test_unlabelled_link_by_hand():
    # Row 0 has only the neighbour 1; its resonance with 1 and 2 is equal.
    emotion = torch.tensor([-1, -1, -1])
    posterior = torch.tensor([[1.0, 0.0], [0.8, 0.2], [0.0, 1.0]])
    weight = torch.tensor([1.0, 0.5, 0.0])
    near = torch.tensor(
        [[False, True, False], [True, False, False], [True, True, False]]
    )
    loss = unlabelled_link(
        torch.zeros(3, 3), emotion, near, posterior, weight, 1.0
    )
    first = -math.log(0.5 * 0.8 * 0.5)  # w_1 <q_0, q_1> P(1 | 0)
    second = -math.log(1.0 * 0.8 * 0.5)
    assert loss.item() == pytest.approx((first + 0.5 * second) / 1.5)


def test_walk_by_hand():
    # Two unlabelled rows; the first has three times the weight for row 0.
    score = math.log(3)
    resonance = torch.zeros(4, 4)
    resonance[0, 2] = resonance[2, 0] = score
    emotion = torch.tensor([0, 1, -1, -1])
    home = 0.75 * 0.75 + 0.25 * 0.5, 0.5 * 0.25 + 0.5 * 0.5
    expected = -(math.log(home[0]) + math.log(home[1])) / 2
    assert walk(resonance, emotion, 1.0).item() == pytest.approx(expected)


def test_walk_may_end_at_any_utterance_of_its_emotion():
    resonance, emotion = torch.zeros(4, 4), torch.tensor([0, 0, 0, -1])
    assert walk(resonance, emotion).item() == pytest.approx(math.log(3))


def test_visit_by_hand():
    score = math.log(3)
    resonance = torch.tensor([[0, score, 0], [score, 0, 0], [0, 0, 0]])
    loss = visit(resonance, torch.tensor([0, -1, -1]), 1.0)
    expected = -(math.log(0.75) + math.log(0.25)) / 2
    assert loss.item() == pytest.approx(expected)


def test_order_of_the_batch_does_not_matter():
    args = batch()
    order = torch.randperm(8)
    near = torch.rand(8, 8) > 0.5
    torch.testing.assert_close(
        all_losses(*args, near),
        all_losses(*(t[order] for t in args), near[order][:, order]),
    )


@pytest.mark.parametrize("emotion", [[0, 1, 2, 0] * 2, [-1] * 8])
def test_links_are_zero_if_all_is_labelled_and_walks_if_nothing_is(
    emotion,
):
    emotion = torch.tensor(emotion)
    embedding, _, posterior, weight = batch()
    embedding.requires_grad_()
    losses = all_losses(embedding, emotion, posterior, weight)
    losses.sum().backward()
    is_unlabelled = emotion[0] < 0
    assert losses[[0, 2, 3]].tolist() == [0.0] * 3
    assert (losses[1] > 0) == is_unlabelled
    assert embedding.grad.isfinite().all()


def test_links_are_zero_at_zero_reliability():
    embedding, emotion, posterior, _ = batch()
    losses = all_losses(embedding, emotion, posterior, torch.zeros(8))
    assert losses[:2].tolist() == [0.0, 0.0]


def test_utterance_without_unlabelled_neighbours_is_ignored():
    embedding, emotion, posterior, weight = batch()
    near = NEAR.clone()
    near[4] = False
    resonance = embedding @ embedding.T
    args = resonance, emotion, near, posterior
    weight[4] = 0.3
    one = unlabelled_link(*args, weight)
    near[4, :4] = True  # labelled neighbours are ignored
    assert unlabelled_link(*args, weight).equal(one)


@pytest.mark.parametrize("scale", [1.0, 1e3])
def test_gradient_is_finite_for_large_resonance(scale):
    embedding, emotion, posterior, weight = batch()
    embedding = (scale * embedding).requires_grad_()
    all_losses(embedding, emotion, posterior, weight).sum().backward()
    assert embedding.grad.isfinite().all()


def test_posteriors_and_reliabilities_have_no_gradient():
    embedding, emotion, posterior, weight = batch()
    posterior, weight = posterior.requires_grad_(), weight.requires_grad_()
    losses = all_losses(embedding.requires_grad_(), emotion, posterior, weight)
    losses.sum().backward()
    assert posterior.grad is None and weight.grad is None


def test_losses_stay_float32_under_autocast():
    embedding, *args = batch()
    plain = all_losses(embedding, *args)
    resonance = embedding @ embedding.T
    with torch.autocast("cpu", dtype=torch.bfloat16):
        emotion, posterior, weight = args
        cast = labelled_link(resonance, emotion, posterior, weight)
        walked = walk(resonance, emotion)
        linked = unlabelled_link(resonance, emotion, NEAR, posterior, weight)
    assert cast.dtype == walked.dtype == linked.dtype == torch.float32
    assert cast.equal(plain[0]) and walked.equal(plain[2])


def test_resonance_of_wrong_shape_raises():
    with pytest.raises(ValueError, match=r"of shape \(8, 8\).*found \(8, 5\)"):
        walk(torch.ones(8, 5), MIXED)
