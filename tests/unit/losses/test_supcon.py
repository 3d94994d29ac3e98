import math

import pytest
import torch
from pytorch_metric_learning import losses

from speechbrain_clser.losses.supcon import supcon

EAST, NORTH = [1.0, 0.0], [0.0, 1.0]


def random_batch(n=24, dim=6):
    return (
        torch.randn(n, dim),
        torch.randint(3, (n,)),
        torch.randint(2, (n,)),
    )


def test_value_by_hand():
    # Anchors 0 and 1 are a positive pair at cosine 0; 2 equals 0, another class.
    embedding = torch.tensor([EAST, NORTH, EAST])
    emotion, language = torch.tensor([0, 0, 1]), torch.zeros(3).long()
    first = math.log(1 + math.e)  # -log(1 / (1 + e))
    second = math.log(2)  # both others are at cosine 0
    loss = supcon(embedding, emotion, language, temperature=1.0)
    assert loss.item() == pytest.approx((first + second) / 2)


def test_cross_lingual_pair_has_a_larger_weight_by_hand():
    # One anchor with two positives: cosine 1 in its language, 0 in another.
    embedding = torch.tensor([EAST, EAST, NORTH])
    emotion, language = torch.zeros(3).long(), torch.tensor([0, 0, 1])
    near, far = math.log(1 + 1 / math.e), math.log(1 + math.e)
    zero_one = (near + 2.5 * far) / 3.5
    two = math.log(2)
    loss = supcon(embedding, emotion, language, 1.0, language_weight=2.5)
    assert loss.item() == pytest.approx((2 * zero_one + two) / 3)


@pytest.mark.parametrize("seed", range(5))
def test_weight_of_one_equals_supcon_of_another_library(seed):
    torch.manual_seed(seed)
    embedding, emotion, language = random_batch()
    theirs = losses.SupConLoss(temperature=0.1)(embedding, emotion)
    ours = supcon(embedding, emotion, language, temperature=0.1)
    torch.testing.assert_close(ours, theirs, atol=1e-6, rtol=1e-6)


def test_order_of_the_batch_does_not_matter():
    embedding, emotion, language = random_batch()
    order = torch.randperm(len(emotion))
    torch.testing.assert_close(
        supcon(embedding, emotion, language, 0.1, 2.5),
        supcon(embedding[order], emotion[order], language[order], 0.1, 2.5),
    )


def test_utterance_without_positive_or_label_is_no_anchor():
    embedding, emotion, language = random_batch(8)
    alone = torch.cat([emotion, torch.tensor([7, -1])])
    more = torch.cat([embedding, torch.randn(2, 6)])
    both = torch.cat([language, torch.tensor([0, 0])])
    # The labelled utterance without positives is still a negative.
    torch.testing.assert_close(
        supcon(more, alone, both, 0.1, 2.5),
        supcon(more[:9], alone[:9], both[:9], 0.1, 2.5),
    )


@pytest.mark.parametrize("emotion", [[0, 1, 2], [-1, -1, -1]])
def test_batch_without_pairs_has_zero_loss_and_a_gradient(emotion):
    embedding = torch.randn(3, 4, requires_grad=True)
    loss = supcon(embedding, torch.tensor(emotion), torch.zeros(3).long())
    loss.backward()
    assert loss.item() == 0
    assert embedding.grad.equal(torch.zeros(3, 4))


def test_gradient_is_finite_where_embeddings_coincide():
    embedding = torch.ones(6, 4, requires_grad=True)
    emotion = torch.tensor([0, 0, 0, 1, 1, 1])
    supcon(embedding, emotion, emotion, temperature=0.07).backward()
    assert embedding.grad.isfinite().all()


def test_loss_stays_float32_under_autocast():
    embedding, emotion, language = random_batch()
    plain = supcon(embedding, emotion, language)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        cast = supcon(embedding, emotion, language)
    assert cast.dtype == torch.float32
    assert cast.equal(plain)


def test_different_numbers_of_rows_raise():
    with pytest.raises(ValueError, match="of one batch, got 3, 2 and 3"):
        supcon(torch.ones(3, 2), torch.zeros(2), torch.zeros(3))
