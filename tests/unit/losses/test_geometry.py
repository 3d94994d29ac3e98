import math

import pytest
import torch

from speechbrain_clser.labels import CANONICAL
from speechbrain_clser.losses.geometry import geometry, places


def test_value_by_hand():
    # Three classes: directions at cosines 0, -1 and 0; squared distances 1, 4
    # and 1 on a line.
    embedding = torch.tensor([[1.0, 0.0], [0.0, 2.0], [-3.0, 0.0]])
    where = torch.tensor([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]])
    loss = geometry(embedding, torch.arange(3), where)
    near, far = math.exp(-1), math.exp(-4)
    expected = 2 * (near**2 + (-1 - far) ** 2 + near**2)
    assert loss.item() == pytest.approx(expected)


def test_members_of_a_class_are_averaged_as_directions():
    embedding = torch.tensor([[9.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    where = torch.zeros(2, 2)
    loss = geometry(embedding, torch.tensor([0, 0, 1]), where)
    assert loss.item() == pytest.approx(0.0, abs=1e-6)


def test_order_of_the_batch_and_the_unlabelled_do_not_matter():
    embedding, where = torch.randn(8, 4), torch.randn(3, 2)
    emotion = torch.tensor([0, 1, 2, 0, 1, -1, -1, 2])
    order = torch.randperm(8)
    known = emotion >= 0
    loss = geometry(embedding, emotion, where)
    torch.testing.assert_close(
        geometry(embedding[order], emotion[order], where), loss
    )
    torch.testing.assert_close(
        geometry(embedding[known], emotion[known], where), loss
    )


def test_class_without_a_place_is_left_out():
    embedding = torch.randn(6, 4)
    where = places(["anger", "other", "sadness"])
    emotion = torch.tensor([0, 1, 2, 0, 1, 2])
    use = emotion != 1
    torch.testing.assert_close(
        geometry(embedding, emotion, where),
        geometry(embedding[use], emotion[use], where),
    )


@pytest.mark.parametrize("emotion", [[-1, -1], [1, 1]])
def test_fewer_than_two_classes_cost_nothing_and_keep_the_graph(emotion):
    embedding = torch.randn(2, 3, requires_grad=True)
    loss = geometry(embedding, torch.tensor(emotion), torch.zeros(2, 2))
    loss.backward()
    assert loss.item() == 0
    assert embedding.grad.equal(torch.zeros(2, 3))


def test_geometry_stays_float32_under_autocast():
    args = torch.randn(4, 3), torch.arange(4) % 2, torch.randn(2, 2)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        cast = geometry(*args)
    assert cast.dtype == torch.float32 and cast.equal(geometry(*args))


def test_every_canonical_emotion_but_other_has_a_place():
    nowhere = places(CANONICAL).isnan().any(dim=1)
    assert [n for n, x in zip(CANONICAL, nowhere, strict=True) if x] == [
        "other"
    ]


def test_places_agree_with_common_sense():
    anger, happiness, sadness = places(["anger", "happiness", "sadness"])
    assert happiness[0] > anger[0] and anger[1] > sadness[1]
