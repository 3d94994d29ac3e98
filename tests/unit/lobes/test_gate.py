import pytest
import torch

from speechbrain_clser.lobes.gate import Gate


def test_initial_gate_is_one_half():
    values = torch.randn(2, 3)
    assert Gate(torch.nn.Identity())(values).equal(values / 2)


@pytest.mark.parametrize(("logit", "share"), [(-30.0, 0.0), (30.0, 1.0)])
def test_gate_is_the_sigmoid_of_the_logit(logit, share):
    gate = Gate(torch.nn.Identity())
    torch.nn.init.constant_(gate.logit, logit)
    values = torch.ones(2, 3)
    torch.testing.assert_close(gate(values), share * values)


def test_gate_and_branch_get_gradients():
    gate = Gate(torch.nn.Linear(3, 2))
    gate(torch.ones(1, 3)).sum().backward()
    assert all(p.grad.abs().sum() > 0 for p in gate.parameters())
