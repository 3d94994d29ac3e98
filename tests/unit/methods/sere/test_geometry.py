import math

import pytest
import torch

from speechbrain_clser.labels import CANONICAL
from speechbrain_clser.methods.sere.geometry import geometry, places


def test_value_by_hand():
    # Three classes: directions at cosines 0, -1 and 0; squared distances 1, 4
    # and 1 on a line.
    embedding = torch.tensor([[1.0, 0.0], [0.0, 2.0], [-3.0, 0.0]])
    points = torch.tensor([[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]])
    loss = geometry(embedding, torch.arange(3), points)
    near, far = math.exp(-1), math.exp(-4)
    expected = 2 * (near**2 + (-1 - far) ** 2 + near**2)
    assert loss.item() == pytest.approx(expected)


def test_class_means_average_directions():
    embedding = torch.tensor([[9.0, 0.0], [0.0, 1.0], [1.0, 1.0]])
    points = torch.zeros(2, 2)
    loss = geometry(embedding, torch.tensor([0, 0, 1]), points)
    assert loss.item() == pytest.approx(0.0, abs=1e-6)


def test_loss_does_not_depend_on_order_and_unlabelled_rows():
    embedding, points = torch.randn(8, 4), torch.randn(3, 2)
    emotion = torch.tensor([0, 1, 2, 0, 1, -1, -1, 2])
    order = torch.randperm(8)
    is_labelled = emotion >= 0
    loss = geometry(embedding, emotion, points)
    torch.testing.assert_close(
        geometry(embedding[order], emotion[order], points), loss
    )
    torch.testing.assert_close(
        geometry(embedding[is_labelled], emotion[is_labelled], points), loss
    )


def test_class_without_coordinates_is_ignored():
    embedding = torch.randn(6, 4)
    points = places(["anger", "other", "sadness"])
    emotion = torch.tensor([0, 1, 2, 0, 1, 2])
    use = emotion != 1
    torch.testing.assert_close(
        geometry(embedding, emotion, points),
        geometry(embedding[use], emotion[use], points),
    )


@pytest.mark.parametrize("emotion", [[-1, -1], [1, 1]])
def test_fewer_than_two_classes_have_zero_loss_and_a_gradient(emotion):
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


def test_all_canonical_emotions_but_other_have_coordinates():
    nowhere = places(CANONICAL).isnan().any(dim=1)
    assert [n for n, x in zip(CANONICAL, nowhere, strict=True) if x] == [
        "other"
    ]


def test_coordinates_of_emotions_are_plausible():
    anger, happiness, sadness = places(["anger", "happiness", "sadness"])
    assert happiness[0] > anger[0] and anger[1] > sadness[1]
