import pytest
import torch

from speechbrain_clser.methods.dual_anchor.anchoring import (
    phone_anchoring,
    speaker_anchoring,
)


def at(*degrees):
    """Return unit vectors at these angles; 60 degrees are a distance of 1/2."""
    angle = torch.tensor(degrees, dtype=torch.double).deg2rad()
    return torch.stack([angle.cos(), angle.sin()], dim=1).float()


def codes(*values):
    return torch.tensor(values)


def same_community(n, n_emotions=2):
    return torch.zeros(n, n_emotions, dtype=torch.long)


def distance(degrees):
    return 1 - torch.tensor(degrees).deg2rad().cos().item()


def naive_speaker_loss(z, emotion, language, community, margin=0.2):
    """Compute the speaker loss by its definition in loops."""
    z, n = torch.nn.functional.normalize(z, dim=1), len(z)
    per_anchor = []
    for i in range(n):
        e = emotion[i]
        if e < 0 or language[i] < 0 or community[i, e] < 0:
            continue
        labelled = [j for j in range(n) if emotion[j] >= 0 and language[j] >= 0]
        members = [j for j in labelled if community[j, e] == community[i, e]]
        positives = [
            j for j in members if emotion[j] == e and language[j] != language[i]
        ]
        negatives = [j for j in members if emotion[j] != e]
        negatives = negatives or [j for j in labelled if emotion[j] != e]
        per_anchor += naive_hinges(z, i, positives, negatives, margin)
    return torch.stack(per_anchor).mean()


def naive_phone_loss(
    y, phone, emotion, language, community, weight, margin=0.2
):
    """Compute the phone loss by its definition in loops."""
    y, n = torch.nn.functional.normalize(y, dim=1), len(y)
    total, weights = 0.0, 0.0
    for k in range(n):
        labelled = [j for j in range(n) if min(emotion[j], language[j]) >= 0]
        like = [j for j in labelled if phone[j] == phone[k] >= 0]
        if k not in like or weight[k] <= 0:
            continue
        positives = [
            j
            for j in like
            if emotion[j] == emotion[k] and language[j] != language[k]
        ]
        members = [j for j in positives if community[j] == community[k] >= 0]
        negatives = [j for j in like if emotion[j] != emotion[k]]
        for hinge in naive_hinges(
            y, k, members or positives, negatives, margin
        ):
            total, weights = total + weight[k] * hinge, weights + weight[k]
    return total / weights


def naive_hinges(z, i, positives, negatives, margin):
    """Return the mean hinge of an anchor in a list; empty without a triplet."""
    hinges = []
    for p in positives:
        distances = [1 - z[i] @ z[n] for n in negatives]
        farther = [d for d in distances if d > 1 - z[i] @ z[p]]
        if distances:
            negative = min(farther) if farther else max(distances)
            hinges.append((1 - z[i] @ z[p] - negative + margin).clamp(min=0))
    return [torch.stack(hinges).mean()] if hinges else []


def speaker_batch(n=40):
    return (
        torch.randn(n, 6),
        torch.randint(-1, 3, (n,)),
        torch.randint(-1, 3, (n,)),
        torch.randint(-1, 3, (n, 3)),
    )


def phone_batch(n=60):
    return (
        torch.randn(n, 6),
        *(torch.randint(-1, 3, (n,)) for _ in range(4)),
        torch.rand(n) * (torch.rand(n) < 0.8),
    )


LOSSES = [
    (speaker_anchoring, naive_speaker_loss, speaker_batch),
    (phone_anchoring, naive_phone_loss, phone_batch),
]


@pytest.mark.parametrize("loss, naive, batch", LOSSES)
@pytest.mark.parametrize("margin", [0.2, 1.0])
def test_loss_equals_its_definition_in_loops(loss, naive, batch, margin):
    batch = batch()
    torch.testing.assert_close(loss(*batch, margin), naive(*batch, margin))


@pytest.mark.parametrize("loss, naive, batch", LOSSES)
def test_order_of_batch_does_not_matter(loss, naive, batch):
    batch = batch()
    order = torch.randperm(len(batch[0]))
    moved = [column[order] for column in batch]
    torch.testing.assert_close(loss(*moved), loss(*batch))


@pytest.mark.parametrize("loss, naive, batch", LOSSES)
def test_loss_does_not_depend_on_language_codes_or_vector_lengths(
    loss, naive, batch
):
    columns = list(batch())
    expected = loss(*columns)
    columns[0] = columns[0] * (torch.rand(len(columns[0]), 1) + 0.5)
    language = 2 if loss is speaker_anchoring else 3
    columns[language] = torch.tensor([7, 0, 4, -1])[columns[language]]
    torch.testing.assert_close(loss(*columns), expected)


@pytest.mark.parametrize("loss, naive, batch", LOSSES)
def test_unlabelled_rows_are_ignored(loss, naive, batch):
    columns = list(batch())
    is_labelled = columns[1] >= 0
    labelled = [column[is_labelled] for column in columns]
    torch.testing.assert_close(loss(*labelled), loss(*columns))


@pytest.mark.parametrize("loss, naive, batch", LOSSES)
def test_gradient_equals_the_loops_and_is_finite(loss, naive, batch):
    vectors, *columns = batch()
    found, expected = (vectors.clone().requires_grad_() for _ in "ab")
    loss(found, *columns).backward()
    naive(expected, *columns).backward()
    assert found.grad.isfinite().all() and found.grad.any()
    torch.testing.assert_close(found.grad, expected.grad)


@pytest.mark.parametrize("loss, naive, batch", LOSSES)
def test_computed_in_float32_under_autocast(loss, naive, batch):
    vectors, *columns = batch()
    expected = loss(vectors, *columns)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        found = loss(vectors, *columns)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found, expected, atol=0, rtol=0)
    assert loss(vectors.half(), *columns).dtype == torch.float32


@pytest.mark.parametrize("loss, naive, batch", LOSSES)
@pytest.mark.parametrize("fill", [-1, 0])
def test_batch_without_triplets_has_zero_loss_and_a_gradient(
    loss, naive, batch, fill
):
    """Columns are all unknown, or all of one language and emotion."""
    vectors, *columns = batch()
    columns = [torch.full_like(column, fill) for column in columns]
    vectors.requires_grad_()
    value = loss(vectors, *columns)
    assert value == 0
    value.backward()
    assert not vectors.grad.any()


@pytest.mark.parametrize("loss, naive, batch", LOSSES)
def test_empty_batch_has_zero_loss(loss, naive, batch):
    assert loss(*(column[:0] for column in batch())) == 0


@pytest.mark.parametrize("loss, naive, batch", LOSSES)
def test_loss_of_collapsed_vectors_is_the_margin_with_a_gradient(
    loss, naive, batch
):
    vectors, *columns = batch()
    vectors = torch.ones_like(vectors).requires_grad_()
    value = loss(vectors, *columns)
    torch.testing.assert_close(value, torch.tensor(0.2))
    value.backward()
    assert vectors.grad.isfinite().all()


@pytest.mark.parametrize("loss, naive, batch", LOSSES)
def test_wrong_length_raises(loss, naive, batch):
    vectors, *columns = batch()
    with pytest.raises(ValueError, match=r"of shape \(\d+,\), one per row"):
        loss(vectors[1:], *columns)


def test_community_without_a_column_per_emotion_raises():
    z, emotion, language, community = speaker_batch()
    with pytest.raises(ValueError, match="expected community of shape"):
        speaker_anchoring(z, emotion, language, community[:, 0])


def test_speaker_loss_by_hand():
    # Two of one emotion at 0 and 60 degrees, the other emotion at 90. From 0
    # the negative is farther (1 to 1/2): 1/2 - 1 + 0.2 < 0. From 60 it is
    # nearer: 1/2 - (1 - cos 30) + 0.2.
    loss = speaker_anchoring(
        at(0, 60, 90), codes(0, 0, 1), codes(0, 1, 0), same_community(3)
    )
    expected = (0 + 0.5 - distance(30.0) + 0.2) / 2
    assert loss.item() == pytest.approx(expected, abs=1e-6)


def test_positive_is_of_another_language_and_the_same_community():
    z, emotion = at(0, 60, 90), codes(0, 0, 1)
    one_language = speaker_anchoring(
        z, emotion, codes(0, 0, 0), same_community(3)
    )
    apart = speaker_anchoring(
        z, emotion, codes(0, 1, 0), codes([0, 0], [1, 0], [0, 0])
    )
    assert one_language == apart == 0


def test_nearest_negative_farther_than_the_positive_is_used():
    # From 0: positive at 60; negatives at 30 (too near), 65 and 180. From 60,
    # only the one at 180 is farther than 0, and distances enough.
    z, emotion = at(0, 60, 30, 65, 180), codes(0, 0, 1, 1, 1)
    loss = speaker_anchoring(
        z, emotion, codes(0, 1, 0, 0, 0), same_community(5)
    )
    expected = (0.5 - distance(65.0) + 0.2 + 0) / 2
    assert loss.item() == pytest.approx(expected, abs=1e-6)


def test_negative_is_a_member_of_the_community_if_available():
    # Positive pair 90 degrees apart. The negative of another community between
    # them has a loss of 1 - cos 45; the member is opposite and has none.
    z, emotion, language = (
        at(0, 90, 45, 225),
        codes(0, 0, 1, 1),
        codes(0, 1, 0, 0),
    )
    community = codes([0, 5], [0, 5], [1, 5], [0, 5])
    assert speaker_anchoring(z, emotion, language, community) == 0
    # Without the member, the negative of another community is used.
    loss = speaker_anchoring(z[:3], emotion[:3], language[:3], community[:3])
    assert loss.item() == pytest.approx(1 - distance(45.0) + 0.2, abs=1e-6)


def test_community_of_a_negative_is_looked_up_in_the_graph_of_the_anchor():
    # Column 1, the graph of the negatives' emotion, is not used.
    z, emotion, language = (
        at(0, 90, 45, 225),
        codes(0, 0, 1, 1),
        codes(0, 1, 0, 0),
    )
    community = codes([0, 3], [0, 4], [1, 3], [0, -1])
    assert speaker_anchoring(z, emotion, language, community) == 0


def test_phone_loss_by_hand():
    # As for speakers; the second anchor has three times the weight.
    loss = phone_anchoring(
        at(0, 60, 90),
        codes(4, 4, 4),
        codes(0, 0, 1),
        codes(0, 1, 0),
        codes(0, 0, 0),
        torch.tensor([1.0, 3.0, 0.0]),
    )
    expected = 3 * (0.5 - distance(30.0) + 0.2) / 4
    assert loss.item() == pytest.approx(expected, abs=1e-6)


def test_other_phones_are_neither_positives_nor_negatives():
    weight, language = torch.ones(3), codes(0, 1, 0)
    emotion, community = codes(0, 0, 1), codes(0, 0, 0)
    for phone in (codes(4, 5, 4), codes(4, 4, 5)):
        assert (
            phone_anchoring(
                at(0, 60, 90), phone, emotion, language, community, weight
            )
            == 0
        )


def test_positive_is_of_the_same_community_only_if_available():
    # Anchor at 0, positives at 60 (another community) and 90 (the same), negative
    # at 180.
    y, phone, language = (
        at(0, 60, 90, 180),
        codes(0, 0, 0, 0),
        codes(0, 1, 1, 0),
    )
    emotion, weight = codes(0, 0, 0, 1), torch.tensor([1.0, 0.0, 0.0, 0.0])
    columns = (y, phone, emotion, language)
    member = phone_anchoring(*columns, codes(0, 1, 0, 0), weight, margin=1.5)
    assert member.item() == pytest.approx(1 - 2 + 1.5)
    for community in (codes(0, 1, 1, 0), codes(-1, 1, -1, -1)):
        loss = phone_anchoring(*columns, community, weight, margin=1.5)
        expected = (0.5 - 2 + 1.5 + 1 - 2 + 1.5) / 2
        assert loss.item() == pytest.approx(expected, abs=1e-6)


def test_scale_of_the_weights_does_not_matter():
    *columns, weight = phone_batch()
    torch.testing.assert_close(
        phone_anchoring(*columns, 7 * weight), phone_anchoring(*columns, weight)
    )


def test_training_aligns_languages_and_separates_emotions():
    z = torch.nn.Parameter(torch.randn(24, 4))
    emotion, language = torch.arange(24) % 2, torch.arange(24) // 2 % 2
    optimiser = torch.optim.SGD([z], lr=2.0)
    for _ in range(200):
        optimiser.zero_grad()
        loss = speaker_anchoring(z, emotion, language, same_community(24))
        loss.backward()
        optimiser.step()
    assert loss < 0.01
