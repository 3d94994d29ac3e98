import math

import pytest
import torch

from speechbrain_clser.lobes.language_gate import LanguageGate


def gate_of(n_languages):
    """Return gates of weights 1/4, 3/4 and 1/2, 1/2 of the vector (1,)."""
    gate = LanguageGate(1, n_streams=2, max_languages=3)
    values = torch.tensor([0.0, math.log(3), 2.0, 2.0, 9.0, 0.0])
    with torch.no_grad():
        gate.gates.weight.copy_(values[:, None])
        gate.gates.bias.zero_()
    gate.setup(n_languages)
    return gate


def test_weights_by_hand():
    found = gate_of(2)(torch.ones(3, 1), torch.tensor([0, 1, -1]))
    mean = [0.375, 0.625]
    expected = torch.tensor([[0.25, 0.75], [0.5, 0.5], mean])
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(gate_of(2)(torch.ones(1, 1))[0], expected[2])


def test_gate_of_no_language_gets_no_gradient():
    gate = gate_of(2)
    gate(torch.ones(1, 1))[0, 0].backward()
    assert gate.gates.bias.grad[:4].ne(0).any()
    assert gate.gates.bias.grad[4:].eq(0).all()


def test_more_languages_than_gates_are_refused():
    with pytest.raises(ValueError, match="at most 3 languages .* found 4"):
        gate_of(4)
