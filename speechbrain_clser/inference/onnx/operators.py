"""What ONNX, or onnxruntime, lacks of the operators that models are made of."""

import torch

# The graph is of this version of ONNX's operators, and ``cheapest`` is too.
from onnxscript import FLOAT, INT64, graph, optimizer, script
from onnxscript import opset18 as op

from speechbrain_clser.features import pitch  # noqa: F401, it has cheapest
from speechbrain_clser.inference.onnx import fourier

VERSION = 18


@script(default_opset=op)
def cheapest(scores: FLOAT[...], costs: FLOAT[...]) -> INT64[...]:
    """Walk the path of ``features.pitch``: there over all frames, and back."""
    scores = op.Transpose(scores, perm=[1, 0, 2])
    costs = op.Transpose(costs, perm=[1, 0, 2, 3])

    @graph()
    def there(total, cost, score):
        ways = op.Unsqueeze(total, [2]) - cost
        best = op.ReduceMax(ways, [1], keepdims=0) + score
        origin = op.ArgMax(ways, axis=1, keepdims=0)
        return best, origin

    @graph()
    def back(place, origin):
        before = op.GatherElements(origin, place, axis=1)
        also = op.Identity(before)
        return before, also

    first = op.Squeeze(scores[0:1], [0])
    total, origins = op.Scan(
        first, costs, scores[1:], body=there, num_scan_inputs=2
    )
    last = op.ArgMax(total, axis=1, keepdims=1)
    start, path = op.Scan(
        last,
        origins,
        body=back,
        num_scan_inputs=1,
        scan_input_directions=[1],
        scan_output_directions=[1],
    )
    path = op.Concat(path, op.Unsqueeze(last, [0]), axis=0)
    return op.Transpose(op.Squeeze(path, [2]), perm=[1, 0])


def choose(condition, chosen, other):
    """Choose between truths, which onnxruntime's Where cannot.

    Arguments
    ---------
    condition, chosen, other : torch.Tensor
        As of ``torch.where``.

    Returns
    -------
    torch.Tensor
        Of ``chosen`` where the condition holds, else of ``other``.

    Example
    -------
    >>> choose(*torch.tensor([[True, False], [False] * 2, [True] * 2]))
    tensor([False,  True])
    """
    if chosen.dtype != torch.bool:
        return NotImplemented
    return (condition & chosen) | (~condition & other)


def sort(values, *, stable, dim=-1, descending=False):
    """Sort; ONNX keeps the order of equals, whether asked to or not."""
    return torch.ops.aten.sort.default(values, dim, descending)


def tidy(program):
    """Work out what is constant, in place; onnxruntime does all else itself."""
    optimizer.fold_constants(program.model)
    optimizer.remove_unused_nodes(program.model)


# Operators of torch in other operators of torch.
DECOMPOSED = {
    torch.ops.aten._fft_r2c.default: fourier.of_real,
    torch.ops.aten._fft_c2r.default: fourier.to_real,
    torch.ops.aten.sort.stable: sort,
    torch.ops.aten.where.self: choose,
}

# Operators of our own in operators of ONNX.
TRANSLATED = {torch.ops.speechbrain_clser.cheapest.default: cheapest}
