from types import SimpleNamespace

import pytest
import torch

from speechbrain_clser.lobes.delta_features import DeltaFeatures, columns_of


def test_columns_are_standardised_within_the_utterance():
    frames = torch.randn(2, 9, 3)
    dynamics, lens = DeltaFeatures([2, 0]), torch.ones(2)
    found = dynamics(frames, lens)
    louder = dynamics(5 * frames + 7, lens)
    torch.testing.assert_close(found, louder, atol=1e-4, rtol=1e-4)
    torch.testing.assert_close(
        found[..., :2].mean(dim=1), torch.zeros(2, 2), atol=1e-5, rtol=0
    )


def test_delta_is_the_difference_of_frames():
    found = DeltaFeatures([0])(torch.randn(1, 5, 1), torch.ones(1))
    torch.testing.assert_close(found[:, 1:, 1], found[..., 0].diff(dim=1))
    assert found[0, 0, 1] == 0


def test_output_does_not_depend_on_padding():
    frames, dynamics = torch.randn(2, 8, 3), DeltaFeatures([0, 1])
    padded = dynamics(frames, torch.full((2,), 0.5))
    cut = dynamics(frames[:, :4], torch.ones(2))
    torch.testing.assert_close(padded[:, :4], cut)
    assert (padded[:, 4:] == 0).all()


def test_constant_column_has_a_finite_gradient():
    frames = torch.ones(1, 4, 1, requires_grad=True)
    DeltaFeatures([0])(frames, torch.ones(1)).sum().backward()
    assert frames.grad.isfinite().all()


def test_no_columns_give_no_features():
    found = DeltaFeatures([])(torch.ones(2, 4, 3), torch.ones(2))
    assert found.shape == (2, 4, 0)


def test_extractor_without_names_has_no_dynamic_columns():
    assert columns_of(SimpleNamespace(), ["pitch"]) == []


def test_unknown_column_raises():
    named = SimpleNamespace(columns=("pitch", "level"))
    with pytest.raises(ValueError, match="pitch, level.*found hum"):
        columns_of(named, ["pitch", "hum"])
