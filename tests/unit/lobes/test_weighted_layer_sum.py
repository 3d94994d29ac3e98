import pytest
import torch

from speechbrain_clser.lobes.weighted_layer_sum import WeightedLayerSum


def weights(n_layers):
    """Return the weight of each layer, from one-hot layers of one column."""
    layers = torch.eye(n_layers)[None]
    mixed = WeightedLayerSum(n_layers, n_layers)(layers, torch.ones(1))
    return mixed.flatten().detach()


@pytest.mark.parametrize(
    ("n_layers", "middle"),
    [(3, [1]), (5, [1, 2, 3]), (13, [4, 5, 6, 7, 8]), (25, [*range(8, 17)])],
)
def test_most_of_the_weight_starts_on_the_middle_third(n_layers, middle):
    found = weights(n_layers)
    assert found.sum().item() == pytest.approx(1.0)
    assert found[middle].sum().item() == pytest.approx(0.9)
    assert found[middle].std(correction=0) < 1e-6


def test_two_layers_start_with_equal_weights():
    torch.testing.assert_close(weights(2), torch.tensor([0.5, 0.5]))


def test_single_layer_is_unchanged_without_parameters():
    mix = WeightedLayerSum(4)
    frames = torch.randn(2, 3, 4)
    assert mix(frames, torch.ones(2)).equal(frames)
    assert mix.output_dim == 4
    assert list(mix.parameters()) == []


def test_training_raises_the_weight_of_the_useful_layer():
    mix = WeightedLayerSum(4, 2)
    frames = torch.tensor([[[1.0, 1.0, -1.0, -1.0]]])
    mix(frames, torch.ones(1)).sum().backward()
    assert mix.logits.grad[0] > 0 > mix.logits.grad[1]


def test_padding_stays_zero():
    mix = WeightedLayerSum(6, 3)
    frames = torch.randn(2, 8, 6)
    frames[1, 4:] = 0.0
    mixed = mix(frames, torch.tensor([1.0, 0.5]))
    assert not mixed[1, 4:].any()
    assert mixed[1:, :4].equal(mix(frames[1:, :4], torch.ones(1)))


def test_layers_of_unequal_width_raise():
    with pytest.raises(ValueError, match="found 7 and 3"):
        WeightedLayerSum(7, 3)
