import pytest
import torch

from speechbrain_clser.losses.combine import combine


def test_losses_are_weighted_by_name():
    losses = {"emotion": torch.tensor(2.0), "speaker": torch.tensor(3.0)}
    assert combine(losses, {"speaker": 0.5, "emotion": 1.0}) == 3.5


def test_weight_of_zero_disables_a_loss():
    weight = torch.tensor(2.0, requires_grad=True)
    losses = {"emotion": weight * 3, "speaker": weight * 5}
    combine(losses, {"emotion": 1.0, "speaker": 0.0}).backward()
    assert weight.grad == 3


@pytest.mark.parametrize("weights", [{}, {"emotion": 1.0, "speaker": 1.0}])
def test_different_names_raise(weights):
    with pytest.raises(KeyError, match="the two must agree"):
        combine({"emotion": torch.tensor(1.0)}, weights)
