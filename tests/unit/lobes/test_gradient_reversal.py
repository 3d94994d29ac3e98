import torch

from speechbrain_clser.lobes.gradient_reversal import reverse_gradient


def test_values_are_unchanged():
    values = torch.randn(3, 4)
    assert reverse_gradient(values).equal(values)


def test_gradient_is_minus_that_of_the_identity():
    values = torch.randn(3, 4, dtype=torch.double, requires_grad=True)
    # gradcheck compares with differences of the values, which are not
    # reversed: twice reversed is once forward.
    assert torch.autograd.gradcheck(
        lambda x: reverse_gradient(reverse_gradient(x)).square(), values
    )
    reverse_gradient(values, 0.3).square().sum().backward()
    torch.testing.assert_close(values.grad, -0.3 * 2 * values.detach())


def test_zero_strength_stops_the_gradient():
    values = torch.ones(2, requires_grad=True)
    reverse_gradient(values, 0.0).sum().backward()
    assert values.grad.equal(torch.zeros(2))


def test_head_minimises_what_the_embedding_maximises():
    head = torch.nn.Linear(2, 1, bias=False)
    values = torch.tensor([[1.0, 2.0]], requires_grad=True)
    head(values).sum().backward()
    forward_head, forward = head.weight.grad.clone(), values.grad.clone()
    head.weight.grad = values.grad = None
    head(reverse_gradient(values)).sum().backward()
    assert head.weight.grad.equal(forward_head)
    assert values.grad.equal(-forward)
