import math

import pytest
import torch

from speechbrain_clser.methods.sere.field import (
    field,
    reliability,
    self_organise,
)


def test_value_by_hand():
    # Cosines 1 and 0 with the first prototype, 0 and 1 with the second.
    frames = torch.tensor([[[2.0, 0.0], [0.0, 3.0]]])
    found = field(frames, torch.ones(1, 2).bool(), torch.eye(2), 0.5)
    expected = 0.5 * math.log((math.exp(2) + 1) / 2)
    assert found.flatten().tolist() == pytest.approx([expected] * 2)


def test_one_highlight_gives_its_cosine():
    frames, prototypes = torch.randn(3, 5, 4), torch.randn(2, 4)
    is_highlight = torch.zeros(3, 5).bool()
    is_highlight[torch.arange(3), torch.tensor([0, 4, 2])] = True
    cosines = torch.cosine_similarity(
        frames[is_highlight][:, None], prototypes, dim=-1
    )
    torch.testing.assert_close(field(frames, is_highlight, prototypes), cosines)


@pytest.mark.parametrize("temperature", [0.01, 0.1, 10.0])
def test_field_lies_between_mean_and_maximum(temperature):
    frames, prototypes = torch.randn(3, 9, 4), torch.randn(2, 4)
    cosines = torch.cosine_similarity(
        frames[:, :, None], prototypes[None, None], dim=-1
    )
    found = field(frames, torch.ones(3, 9).bool(), prototypes, temperature)
    assert (found <= cosines.amax(dim=1) + 1e-5).all()
    assert (found >= cosines.mean(dim=1) - 1e-5).all()


def test_field_does_not_depend_on_frame_order_and_other_frames():
    frames, prototypes = torch.randn(2, 6, 4), torch.randn(3, 4)
    is_highlight = torch.tensor([[True, True, False, True, False, False]] * 2)
    order = torch.randperm(6)
    changed = torch.where(is_highlight[..., None], frames, 99.0)[:, order]
    more = torch.cat([changed, torch.ones(2, 2, 4)], dim=1)
    marks = torch.cat([is_highlight[:, order], torch.zeros(2, 2).bool()], dim=1)
    torch.testing.assert_close(
        field(more, marks, prototypes), field(frames, is_highlight, prototypes)
    )


def test_zero_prototype_has_zero_strength():
    frames = torch.randn(2, 4, 3, requires_grad=True)
    found = field(frames, torch.ones(2, 4).bool(), torch.zeros(2, 3))
    found.sum().backward()
    torch.testing.assert_close(found.detach(), torch.zeros(2, 2))
    assert frames.grad.isfinite().all()


def test_field_stays_float32_under_autocast():
    frames, prototypes = torch.randn(2, 4, 3), torch.randn(2, 3)
    marks = torch.ones(2, 4).bool()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        cast = field(frames, marks, prototypes)
    assert cast.dtype == torch.float32
    assert cast.equal(field(frames, marks, prototypes))


def test_utterance_without_highlight_raises():
    marks = torch.tensor([[True], [False]])
    with pytest.raises(ValueError, match=r"found none in the rows \[1\]"):
        field(torch.ones(2, 1, 3), marks, torch.ones(2, 3))


def propagate(posterior, resonance, near, is_labelled, **options):
    return self_organise(
        torch.tensor(posterior),
        torch.tensor(resonance),
        torch.tensor(near),
        torch.tensor(is_labelled),
        **options,
    )


def test_one_round_weights_neighbours_by_resonance_by_hand():
    # For row 2, row 0 has three times the weight of row 1.
    score = math.log(3)
    found = propagate(
        [[1.0, 0.0], [0.0, 1.0], [0.5, 0.5]],
        [[0.0, 0.0, score], [0.0, 0.0, 0.0], [score, 0.0, 0.0]],
        [[False, True, True], [True, False, True], [True, True, False]],
        [True, True, False],
        n_rounds=1,
        temperature=1.0,
    )
    assert found[2].tolist() == pytest.approx([0.625, 0.375])
    assert found[:2].tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_labels_propagate_to_neighbours_of_neighbours():
    chain = (
        [[1.0, 0.0], [0.5, 0.5], [0.5, 0.5]],
        [[0.0] * 3] * 3,
        [[False] * 3, [True, False, False], [False, True, False]],
        [True, False, False],
    )
    assert propagate(*chain, n_rounds=1)[2].tolist() == [0.5, 0.5]
    assert propagate(*chain, n_rounds=2)[2].tolist() == [0.625, 0.375]


def test_posterior_without_neighbours_or_weight_is_unchanged():
    posterior = torch.rand(4, 3).softmax(dim=1)
    none = torch.zeros(4, 4).bool()
    scores, is_labelled = torch.rand(4, 4), torch.zeros(4).bool()
    found = self_organise(posterior, scores, none, is_labelled)
    assert found.equal(posterior)
    near = ~torch.eye(4).bool()
    found = self_organise(posterior, scores, near, is_labelled, 0.0)
    torch.testing.assert_close(found, posterior)


def test_propagated_rows_sum_to_one():
    posterior = torch.rand(5, 3).softmax(dim=1)
    near = ~torch.eye(5).bool()
    found = self_organise(
        posterior, torch.rand(5, 5), near, torch.zeros(5).bool()
    )
    torch.testing.assert_close(found.sum(dim=1), torch.ones(5))


def test_reliability_by_hand():
    found = reliability(torch.tensor([[0.25] * 4, [0.5, 0.5, 0.0, 0.0]]))
    torch.testing.assert_close(found, torch.tensor([0.0, 0.5]))
