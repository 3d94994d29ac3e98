import pytest
import torch

from speechbrain_clser.losses.centre import centre

CENTRES = torch.tensor([[0.0, 0.0], [1.0, 1.0]])
EMBEDDING = torch.tensor([[3.0, 4.0], [1.0, 2.0], [9.0, 9.0]])


def test_half_the_mean_squared_distance_by_hand():
    # Squared distances 25 and 1; the unlabelled row is ignored.
    loss = centre(EMBEDDING, torch.tensor([0, 1, -1]), CENTRES)
    assert loss.item() == pytest.approx((25 + 1) / 4)


def test_order_of_the_batch_does_not_matter():
    emotion = torch.tensor([0, 1, 1])
    order = torch.tensor([2, 0, 1])
    one = centre(EMBEDDING, emotion, CENTRES)
    torch.testing.assert_close(
        one, centre(EMBEDDING[order], emotion[order], CENTRES)
    )


def test_unlabelled_batch_has_zero_loss_and_a_gradient():
    embedding = EMBEDDING.clone().requires_grad_()
    loss = centre(embedding, torch.tensor([-1, -1, -1]), CENTRES)
    loss.backward()
    assert loss.item() == 0 and not embedding.grad.any()


def test_embeddings_and_centres_have_opposite_gradients():
    embedding = EMBEDDING[:1].clone().requires_grad_()
    centres = CENTRES.clone().requires_grad_()
    centre(embedding, torch.tensor([0]), centres).backward()
    assert embedding.grad.tolist() == [[3, 4]]
    assert centres.grad.tolist() == [[-3, -4], [0, 0]]


def test_half_precision_is_summed_in_float32():
    far = torch.full((1, 4), 300.0, dtype=torch.float16)  # squares overflow
    loss = centre(far, torch.tensor([0]), torch.zeros(1, 4))
    assert loss.dtype == torch.float32 and loss.item() == 180000
