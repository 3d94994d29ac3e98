import math

import pytest
import torch

from speechbrain_clser.losses.tric import (
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


def everything(embedding, emotion, posterior, reliability, near=NEAR):
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
    # One shot of each class; the unlabelled resonates three times as much with
    # the first, and is of it with a chance of 0.8.
    loud = math.log(3)
    resonance = torch.tensor([[0, 0, loud], [0, 0, 0], [loud, 0, 0]])
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
    # Row 0 has the neighbour 1 alone, with which it resonates as with 2.
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
    # Two unlabelled; the first belongs to shot 0, three times to one.
    loud = math.log(3)
    resonance = torch.zeros(4, 4)
    resonance[0, 2] = resonance[2, 0] = loud
    emotion = torch.tensor([0, 1, -1, -1])
    home = 0.75 * 0.75 + 0.25 * 0.5, 0.5 * 0.25 + 0.5 * 0.5
    expected = -(math.log(home[0]) + math.log(home[1])) / 2
    assert walk(resonance, emotion, 1.0).item() == pytest.approx(expected)


def test_walk_may_end_at_any_shot_of_its_emotion():
    resonance, emotion = torch.zeros(4, 4), torch.tensor([0, 0, 0, -1])
    assert walk(resonance, emotion).item() == pytest.approx(math.log(3))


def test_visit_by_hand():
    loud = math.log(3)
    resonance = torch.tensor([[0, loud, 0], [loud, 0, 0], [0, 0, 0]])
    loss = visit(resonance, torch.tensor([0, -1, -1]), 1.0)
    expected = -(math.log(0.75) + math.log(0.25)) / 2
    assert loss.item() == pytest.approx(expected)


def test_order_of_the_batch_does_not_matter():
    args = batch()
    order = torch.randperm(8)
    near = torch.rand(8, 8) > 0.5
    torch.testing.assert_close(
        everything(*args, near),
        everything(*(t[order] for t in args), near[order][:, order]),
    )


@pytest.mark.parametrize("emotion", [[0, 1, 2, 0] * 2, [-1] * 8])
def test_links_vanish_where_everything_is_labelled_and_walks_where_nothing_is(
    emotion,
):
    emotion = torch.tensor(emotion)
    embedding, _, posterior, weight = batch()
    embedding.requires_grad_()
    losses = everything(embedding, emotion, posterior, weight)
    losses.sum().backward()
    is_free = emotion[0] < 0
    assert losses[[0, 2, 3]].tolist() == [0.0] * 3
    assert (losses[1] > 0) == is_free
    assert embedding.grad.isfinite().all()


def test_nothing_is_learned_from_what_is_unreliable():
    embedding, emotion, posterior, _ = batch()
    losses = everything(embedding, emotion, posterior, torch.zeros(8))
    assert losses[:2].tolist() == [0.0, 0.0]


def test_utterance_without_unlabelled_neighbours_is_skipped():
    embedding, emotion, posterior, weight = batch()
    near = NEAR.clone()
    near[4] = False
    resonance = embedding @ embedding.T
    args = resonance, emotion, near, posterior
    weight[4] = 0.3
    one = unlabelled_link(*args, weight)
    near[4, :4] = True  # labelled neighbours are none
    assert unlabelled_link(*args, weight).equal(one)


@pytest.mark.parametrize("scale", [1.0, 1e3])
def test_gradient_is_finite_however_strong_the_resonance(scale):
    embedding, emotion, posterior, weight = batch()
    embedding = (scale * embedding).requires_grad_()
    everything(embedding, emotion, posterior, weight).sum().backward()
    assert embedding.grad.isfinite().all()


def test_beliefs_are_taken_as_given():
    embedding, emotion, posterior, weight = batch()
    posterior, weight = posterior.requires_grad_(), weight.requires_grad_()
    losses = everything(embedding.requires_grad_(), emotion, posterior, weight)
    losses.sum().backward()
    assert posterior.grad is None and weight.grad is None


def test_losses_stay_float32_under_autocast():
    embedding, *args = batch()
    plain = everything(embedding, *args)
    resonance = embedding @ embedding.T
    with torch.autocast("cpu", dtype=torch.bfloat16):
        emotion, posterior, weight = args
        cast = labelled_link(resonance, emotion, posterior, weight)
        walked = walk(resonance, emotion)
        linked = unlabelled_link(resonance, emotion, NEAR, posterior, weight)
    assert cast.dtype == walked.dtype == linked.dtype == torch.float32
    assert cast.equal(plain[0]) and walked.equal(plain[2])


def test_resonance_must_be_square_and_of_the_batch():
    with pytest.raises(ValueError, match=r"must be \(8, 8\).*got \(8, 5\)"):
        walk(torch.ones(8, 5), MIXED)
