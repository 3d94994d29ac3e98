import pytest
import torch

from speechbrain_clser.methods.base import Method, MethodOutput


def test_output_cannot_be_changed_behind_the_losses_back():
    output = MethodOutput(torch.zeros(1, 2), torch.zeros(1, 3))
    with pytest.raises(AttributeError, match="cannot assign"):
        output.logits = torch.ones(1, 2)


@pytest.mark.parametrize(
    "call", [lambda m: m({}), lambda m: m.losses(None, {})]
)
def test_method_without_body_says_which_it_is(call):
    with pytest.raises(NotImplementedError, match="Method has no"):
        call(Method())
