from types import SimpleNamespace

import pytest
import torch

from speechbrain_clser.features.normalisation import level_layers, standardise
from speechbrain_clser.inference.normaliser import (
    LevelLayers,
    SourceStatistics,
    as_stored,
    of_sources,
    pooled,
)


def test_statistics_are_in_the_state():
    one, two = SourceStatistics(2), SourceStatistics(2)
    one.use(torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0]))
    two.load_state_dict(one.state_dict())
    frames = torch.randn(1, 5, 2)
    assert one(frames).equal(two(frames))


def test_step_normalises_as_the_store_with_both_inputs():
    mean, deviation = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 4.0])
    stored = SimpleNamespace(statistics={"all": (mean, deviation)})
    assert as_stored({"frames": [stored]}) is None
    assert as_stored({"wavs": [stored]}) is None
    found = as_stored({"wavs": [None], "frames": [stored]})
    frames = torch.tensor([[4.0, torch.nan]])
    torch.testing.assert_close(
        found(frames), standardise(frames, mean, deviation)
    )
    assert of_sources([(mean, deviation)])(frames).equal(found(frames))


def test_level_layers_equals_training():
    frames = torch.randn(2, 5, 12)
    assert LevelLayers(3)(frames).equal(level_layers(frames, 3))
    assert LevelLayers(3).state_dict() == {}


def test_single_group_is_pooled_to_itself():
    mean, deviation = torch.tensor([1e4, -3.0]), torch.tensor([1e-2, 2.0])
    for found, expected in zip(
        pooled([(mean, deviation)]), (mean, deviation), strict=True
    ):
        torch.testing.assert_close(found, expected)


def test_pooled_deviation_holds_the_spread_between_groups():
    groups = [torch.randn(1000, 3) * 2 + shift for shift in (0.0, 5.0)]
    mean, deviation = pooled(
        [(g.mean(dim=0), g.std(dim=0, correction=0)) for g in groups]
    )
    together = torch.cat(groups)
    torch.testing.assert_close(mean, together.mean(dim=0))
    torch.testing.assert_close(deviation, together.std(dim=0, correction=0))


def test_nan_of_one_group_is_ignored():
    lacking = torch.tensor([torch.nan])
    mean, deviation = pooled(
        [(lacking, lacking), (torch.tensor([2.0]), torch.tensor([3.0]))]
    )
    assert (mean.item(), deviation.item()) == (2.0, 3.0)


@pytest.mark.parametrize("value", [0.0, -1.0, float("-inf")])
def test_nonpositive_deviation_is_refused(value):
    state = {"mean": torch.zeros(2), "deviation": torch.tensor([1.0, value])}
    with pytest.raises(RuntimeError, match=f"above 0, found {value:g} in devi"):
        SourceStatistics(2).load_state_dict(state)


def test_undefined_deviation_is_loaded():
    state = {"mean": torch.zeros(1), "deviation": torch.tensor([float("nan")])}
    SourceStatistics(1).load_state_dict(state)
