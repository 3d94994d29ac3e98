import itertools

import pytest
import torch

from speechbrain_clser.methods.sere.resonance import (
    gather,
    neighbours,
    products,
    resonance,
)


def utterances(n=4, n_frames=7, dim=5):
    frames = torch.randn(n, n_frames, dim)
    weights = torch.rand(n, n_frames).softmax(dim=1)
    return frames, weights


def naive(frames, weights, other_frames, other_weights):
    """Compute the resonance by its definition, frame by frame."""
    found = torch.zeros(len(frames), len(other_frames))
    for i, j in itertools.product(range(len(frames)), range(len(other_frames))):
        for t, u in itertools.product(
            range(frames.shape[1]), range(other_frames.shape[1])
        ):
            cosine = torch.cosine_similarity(
                frames[i, t], other_frames[j, u], dim=0
            )
            found[i, j] += weights[i, t] * other_weights[j, u] * cosine
    return found


def test_resonance_equals_the_double_sum_over_frames():
    one, other = utterances(3, 4), utterances(2, 6)
    torch.testing.assert_close(resonance(*one, *other), naive(*one, *other))


def test_resonance_within_a_batch_equals_the_double_sum():
    one = utterances(3, 4)
    torch.testing.assert_close(resonance(*one), naive(*one, *one))


def test_value_by_hand():
    # Frames (0, 1) and (1, 0) with weights 1/4 and 3/4, against (1, 0).
    frames = torch.tensor([[[0.0, 2.0], [9.0, 0.0]]])
    weights = torch.tensor([[0.25, 0.75]])
    east = torch.tensor([[[5.0, 0.0]]]), torch.ones(1, 1)
    assert resonance(frames, weights, *east).item() == 0.75


def test_order_and_number_of_padded_frames_do_not_matter():
    frames, weights = utterances()
    order = torch.randperm(frames.shape[1])
    padded = torch.cat([frames[:, order], torch.full((4, 3, 5), 7.0)], dim=1)
    silent = torch.cat([weights[:, order], torch.zeros(4, 3)], dim=1)
    torch.testing.assert_close(
        resonance(padded, silent), resonance(frames, weights)
    )


def test_products_of_gathered_utterances_equal_resonance():
    one = utterances()
    gathered = gather(*one)
    torch.testing.assert_close(products(gathered, gathered), resonance(*one))


def test_zero_frames_have_a_finite_gradient():
    frames = torch.zeros(2, 3, 4, requires_grad=True)
    resonance(frames, torch.full((2, 3), 1 / 3)).sum().backward()
    assert frames.grad.isfinite().all()


def test_resonance_stays_float32_under_autocast():
    one = utterances()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        cast = resonance(*one)
    assert cast.dtype == torch.float32
    assert cast.equal(resonance(*one))


def test_weights_of_wrong_shape_raise():
    with pytest.raises(ValueError, match=r"got \(2, 3, 4\) and \(2, 4\)"):
        gather(torch.ones(2, 3, 4), torch.ones(2, 4))


def test_half_of_the_neighbours_are_of_other_languages_by_hand():
    row = torch.tensor([1.0, 0.9, 0.8, 0.7, 0.2, 0.1])
    language = torch.tensor([0, 0, 0, 0, 1, 1])
    found = neighbours(row.expand(6, 6), language, k=4)[0]
    assert found.tolist() == [False, True, True, False, True, True]


def test_neighbours_of_other_languages_may_be_more_than_half():
    row = torch.tensor([1.0, 0.1, 0.2, 0.7, 0.8, 0.9])
    language = torch.tensor([0, 0, 0, 1, 1, 1])
    found = neighbours(row.expand(6, 6), language, k=2)[0]
    assert found.nonzero().flatten().tolist() == [4, 5]


def test_same_language_supplies_missing_neighbours():
    scores = torch.rand(6, 6)
    found = neighbours(scores, torch.tensor([0, 0, 0, 0, 0, 1]), k=4)
    assert found.sum(dim=1).tolist() == [4] * 6
    assert found[:5, 5].all()
    alone = neighbours(scores, torch.zeros(6).long(), k=4)
    assert alone.sum(dim=1).tolist() == [4] * 6


@pytest.mark.parametrize(("n", "expected"), [(1, 0), (3, 2)])
def test_utterance_is_never_its_neighbour_in_small_batches(n, expected):
    found = neighbours(torch.ones(n, n), torch.arange(n), k=10)
    assert found.sum(dim=1).tolist() == [expected] * n
    assert not found.diagonal().any()
