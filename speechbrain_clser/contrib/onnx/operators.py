"""Implement operators that ONNX or onnxruntime lack."""

import torch

# Operator set version of the graph and of ``cheapest``.
from onnxscript import FLOAT, INT64, graph, optimizer, script
from onnxscript import opset18 as op

from speechbrain_clser.contrib.onnx import fourier
from speechbrain_clser.features import pitch  # noqa: F401, it has cheapest

VERSION = 18


@script(default_opset=op)
def cheapest(scores: FLOAT[...], costs: FLOAT[...]) -> INT64[...]:
    """Compute the path of ``features.pitch`` in a forward and a backward pass."""
    scores = op.Transpose(scores, perm=[1, 0, 2])
    costs = op.Transpose(costs, perm=[1, 0, 2, 3])

    @graph()
    def forward(total, cost, score):
        ways = op.Unsqueeze(total, [2]) - cost
        best = op.ReduceMax(ways, [1], keepdims=0) + score
        origin = op.ArgMax(ways, axis=1, keepdims=0)
        return best, origin

    @graph()
    def backward(place, origin):
        before = op.GatherElements(origin, place, axis=1)
        also = op.Identity(before)
        return before, also

    first = op.Squeeze(scores[0:1], [0])
    total, origins = op.Scan(
        first, costs, scores[1:], body=forward, num_scan_inputs=2
    )
    last = op.ArgMax(total, axis=1, keepdims=1)
    start, path = op.Scan(
        last,
        origins,
        body=backward,
        num_scan_inputs=1,
        scan_input_directions=[1],
        scan_output_directions=[1],
    )
    path = op.Concat(path, op.Unsqueeze(last, [0]), axis=0)
    return op.Transpose(op.Squeeze(path, [2]), perm=[1, 0])


def choose(condition, chosen, other):
    """Implement ``torch.where`` for booleans, which onnxruntime's Where lacks.

    Example
    -------
    >>> choose(*torch.tensor([[True, False], [False] * 2, [True] * 2]))
    tensor([False,  True])
    """
    if chosen.dtype != torch.bool:
        return NotImplemented
    return (condition & chosen) | (~condition & other)


def sort(values, *, stable, dim=-1, descending=False):
    """Sort; the sort of ONNX is always stable."""
    return torch.ops.aten.sort.default(values, dim, descending)


def tidy(program):
    """Fold constants in place; onnxruntime does all other optimisations."""
    optimizer.fold_constants(program.model)
    optimizer.remove_unused_nodes(program.model)


# Operators of torch, implemented with other operators of torch.
DECOMPOSED = {
    torch.ops.aten._fft_r2c.default: fourier.of_real,
    torch.ops.aten._fft_c2r.default: fourier.to_real,
    torch.ops.aten.sort.stable: sort,
    torch.ops.aten.where.self: choose,
}

# Operators of this package, implemented with operators of ONNX.
TRANSLATED = {torch.ops.speechbrain_clser.cheapest.default: cheapest}
