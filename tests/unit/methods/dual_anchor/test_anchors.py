import math

import pytest
import torch

from speechbrain_clser.methods.dual_anchor.anchors import (
    AnchorTable,
    _required_segments,
    anchor_table,
)


def material(n=600, n_phones=4, n_emotions=3, shared=(0, 1), seed=0):
    """Return segments; only ``shared`` phones are similar in both languages."""
    generator = torch.Generator().manual_seed(seed)
    phone, emotion, language = (
        torch.randint(high, (n,), generator=generator)
        for high in (n_phones, n_emotions, 2)
    )
    centre = torch.randn(2, n_emotions, n_phones, 16, generator=generator)
    for p in shared:
        centre[1, :, p] = centre[0, :, p]
    noise = torch.randn(n, 16, generator=generator)
    vectors = centre[language, emotion, phone] + 0.3 * noise
    # Offset that the standardisation per language must remove.
    vectors = vectors * (1 + 4 * language[:, None]) + 9 * language[:, None]
    return (
        vectors,
        phone,
        emotion,
        language,
        language == 1,
        n_phones,
        n_emotions,
    )


def by_hand(min_segments=1, **more):
    """Return a table of one phone and two emotions; languages are standardised.

    Source: emotions at +-(1, 1). Target: emotion 0 at (1, 1) and (1, -1),
    emotion 1 at (-1, 1) and (-1, -1), whose averages are (1, 0) and (-1, 0).
    """
    vectors = torch.tensor(
        [[1, 1], [-1, -1], [1, 1], [1, -1], [-1, 1], [-1, -1]]
    ).float()
    language = torch.tensor([0, 0, 1, 1, 1, 1])
    emotion, phone = torch.tensor([0, 1, 0, 0, 1, 1]), torch.zeros(6).long()
    return anchor_table(
        vectors,
        phone,
        emotion,
        language,
        language == 1,
        1,
        2,
        min_segments=min_segments,
        **more,
    )


def test_reliability_by_hand():
    # cos 45 degrees with itself, -cos 45 degrees with the other.
    table = by_hand()
    torch.testing.assert_close(
        table.reliability, torch.full((2, 1), math.sqrt(2))
    )
    assert table.n_segments.tolist() == [[[1], [1]], [[2], [2]]]
    assert table.weight.tolist() == [[1], [1]]


def test_too_few_segments_give_no_anchor():
    table = by_hand(min_segments=2)
    assert table.reliability.isnan().all()
    assert not table.weight.any()


def test_required_segments_with_little_data_are_half_of_the_mean():
    n = torch.tensor([[[200, 100]], [[20, 4]]])  # means 150 and 12
    assert _required_segments(n, 50).ravel().tolist() == [50.0, 6.0]
    assert _required_segments(n // 20, 50).ravel().tolist() == [3.75, 3.0]
    assert _required_segments(n * 0, 50).ravel().tolist() == [3.0, 3.0]
    table = anchor_table(*material(n=200), min_segments=50)
    assert (table.weight > 0).any()  # about 8 segments a cell


def test_phones_similar_across_languages_become_anchors():
    table = anchor_table(*material(), min_segments=10)
    assert (table.reliability[:, :2] > 0.2).all()
    assert (table.reliability[:, :2] > table.reliability[:, 2:]).all()
    assert (table.weight[:, :2] > 0).all()


def test_weights_are_a_softmax_of_mean_one():
    table = anchor_table(*material(shared=(0, 1, 2, 3)), min_segments=10)
    assert (table.reliability > 0).all()
    expected = (table.reliability / 0.1).softmax(dim=1) * 4
    torch.testing.assert_close(table.weight, expected)
    torch.testing.assert_close(table.weight.mean(dim=1), torch.ones(3))


def test_number_of_anchors_is_limited():
    table = anchor_table(
        *material(shared=(0, 1, 2, 3)), n_anchors=2, min_segments=10
    )
    best = table.reliability.topk(2, dim=1).indices.sort(dim=1).values
    assert (table.weight > 0).sum(dim=1).tolist() == [2, 2, 2]
    assert table.weight.topk(2, dim=1).indices.sort(dim=1).values.equal(best)
    torch.testing.assert_close(table.weight.sum(dim=1), torch.full((3,), 2.0))


def test_order_of_segments_does_not_matter():
    *columns, n_phones, n_emotions = material()
    order = torch.randperm(len(columns[0]))
    moved = [column[order] for column in columns]
    found = anchor_table(*moved, n_phones, n_emotions, min_segments=10)
    expected = anchor_table(*columns, n_phones, n_emotions, min_segments=10)
    torch.testing.assert_close(
        found.reliability, expected.reliability, equal_nan=True
    )


def test_scale_and_offset_of_a_language_do_not_matter():
    vectors, phone, emotion, language, *rest = material()
    expected = anchor_table(
        vectors, phone, emotion, language, *rest, min_segments=10
    )
    vectors = torch.where(language[:, None] == 1, 3 * vectors - 8, vectors)
    found = anchor_table(
        vectors, phone, emotion, language, *rest, min_segments=10
    )
    torch.testing.assert_close(
        found.weight, expected.weight, atol=1e-4, rtol=1e-4
    )


def test_unknown_phones_are_no_anchors():
    vectors, phone, *rest = material()
    vowels = torch.where(phone == 0, phone, -1)
    table = anchor_table(vectors, vowels, *rest, min_segments=10)
    whole = anchor_table(vectors, phone, *rest, min_segments=10)
    assert not table.weight[:, 1:].any()
    torch.testing.assert_close(table.reliability[:, 0], whole.reliability[:, 0])


def test_unknown_emotion_is_not_averaged():
    vectors, phone, emotion, *rest = material()
    table = anchor_table(vectors, phone, emotion * 0 - 1, *rest)
    assert not table.weight.any() and not table.n_segments.any()


def test_single_emotion_has_no_anchors():
    vectors, phone, emotion, *rest = material()
    table = anchor_table(vectors, phone, emotion * 0, *rest, min_segments=10)
    assert table.reliability.isnan().all() and not table.weight.any()


def test_without_a_target_there_are_no_anchors():
    vectors, phone, emotion, language, is_target, *shape = material()
    table = anchor_table(
        vectors, phone, emotion, language, is_target & False, *shape
    )
    assert not table.weight.any()


def test_no_segments_give_zero_weights():
    *columns, n_phones, n_emotions = material()
    nothing = [column[:0] for column in columns]
    table = anchor_table(*nothing, n_phones, n_emotions)
    assert table.weight.equal(torch.zeros(n_emotions, n_phones))


@pytest.mark.parametrize("emotion, phone", [(-1, 0), (0, -1), (-1, -1)])
def test_unknown_segment_has_zero_weight(emotion, phone):
    table = AnchorTable(*[torch.ones(2, 3)] * 3)
    assert table.of(torch.tensor([emotion]), torch.tensor([phone])) == 0
