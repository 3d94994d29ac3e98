import pytest
import torch

from speechbrain_clser.graphs.order import canonical_order


def test_language_comes_first_then_the_columns_from_the_left():
    vectors = torch.tensor([[2.0, 1.0], [1.0, 9.0], [2.0, 0.0], [0.0, 0.0]])
    language = torch.tensor([0, 0, 0, 1])
    assert canonical_order(vectors, language).tolist() == [1, 2, 0, 3]


def test_order_of_speakers_does_not_matter():
    vectors, language = torch.randn(20, 3), torch.arange(20) % 3
    moved = torch.randperm(20)
    sorted_once = vectors[canonical_order(vectors, language)]
    vectors, language = vectors[moved], language[moved]
    assert vectors[canonical_order(vectors, language)].equal(sorted_once)


def test_wrong_shapes_raise():
    with pytest.raises(ValueError, match=r"language \(speakers,\), found"):
        canonical_order(torch.zeros(3, 2), torch.zeros(2))


def test_non_finite_value_raises_with_speaker_number():
    vectors = torch.zeros(3, 2)
    vectors[1, 1] = torch.nan
    with pytest.raises(ValueError, match=r"found 1 .* speakers \[1\]"):
        canonical_order(vectors, torch.zeros(3))
