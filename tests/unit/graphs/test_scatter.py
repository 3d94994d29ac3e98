import pytest
import torch

from speechbrain_clser.graphs import scatter

REDUCE = {
    "sum": (scatter.scatter_sum, lambda rows: rows.sum(dim=0)),
    "mean": (scatter.scatter_mean, lambda rows: rows.mean(dim=0)),
}
# Group 2 of 4 has no rows.
INDEX = torch.tensor([3, 0, 3, 1, 0, 3, 3])

with_torch_scatter = pytest.mark.skipif(
    scatter.torch_scatter is None, reason="torch-scatter is not installed"
)


def dense(values, index, n_groups, reduce):
    """Reduce each group in a loop."""
    empty = torch.zeros(values.shape[1:], dtype=values.dtype)
    groups = [values[index == group] for group in range(n_groups)]
    return torch.stack([reduce(g) if len(g) else empty for g in groups])


@pytest.mark.parametrize("name", REDUCE)
@pytest.mark.parametrize("shape", [(7,), (7, 5), (7, 2, 3)])
def test_reduction_equals_a_loop_over_groups(name, shape):
    function, reduce = REDUCE[name]
    values = torch.randn(shape)
    torch.testing.assert_close(
        function(values, INDEX, 4), dense(values, INDEX, 4, reduce)
    )


@pytest.mark.parametrize("name", REDUCE)
def test_gradient_equals_a_loop_over_groups(name):
    function, reduce = REDUCE[name]
    values, upstream = torch.randn(7, 5), torch.randn(4, 5)
    found, expected = (values.clone().requires_grad_() for _ in "ab")
    (function(found, INDEX, 4) * upstream).sum().backward()
    (dense(expected, INDEX, 4, reduce) * upstream).sum().backward()
    torch.testing.assert_close(found.grad, expected.grad)


@pytest.mark.parametrize("name", REDUCE)
def test_gradient_passes_gradcheck(name):
    values = torch.randn(7, 2, dtype=torch.double, requires_grad=True)
    assert torch.autograd.gradcheck(
        lambda values: REDUCE[name][0](values, INDEX, 4), values
    )


@pytest.mark.parametrize("name", REDUCE)
def test_order_of_rows_does_not_matter(name):
    function, values = REDUCE[name][0], torch.randn(7, 3)
    order = torch.randperm(7)
    torch.testing.assert_close(
        function(values[order], INDEX[order], 4), function(values, INDEX, 4)
    )


@pytest.mark.parametrize("name", REDUCE)
def test_no_rows_give_zeros(name):
    values, index = torch.empty(0, 3), torch.empty(0, dtype=torch.long)
    assert REDUCE[name][0](values, index, 2).equal(torch.zeros(2, 3))


@with_torch_scatter
@pytest.mark.parametrize("reduce", REDUCE)
@pytest.mark.parametrize("shape", [(7,), (7, 5), (7, 2, 3), (0, 3)])
def test_torch_scatter_and_torch_agree(reduce, shape):
    values, upstream = torch.randn(shape), torch.randn(4, *shape[1:])
    ours, theirs = (values.clone().requires_grad_() for _ in "ab")
    index = INDEX[: shape[0]]
    found = scatter._by_torch(reduce, ours, index, 4)
    expected = scatter._by_torch_scatter(reduce, theirs, index, 4)
    torch.testing.assert_close(found, expected)
    (found * upstream).sum().backward()
    (expected * upstream).sum().backward()
    torch.testing.assert_close(ours.grad, theirs.grad)


@with_torch_scatter
def test_torch_scatter_is_used_if_installed():
    assert scatter._reduce is scatter._by_torch_scatter
