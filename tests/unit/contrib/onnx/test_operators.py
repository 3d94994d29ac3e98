"""Compare operators that ONNX lacks with those of torch."""

import onnxruntime
import pytest
import torch

from speechbrain_clser.contrib.onnx import operators


class Path(torch.nn.Module):
    """Module with the operator only, with the costs of ``best_path``."""

    def forward(self, scores, octaves):
        costs = (octaves[:, :-1, :, None] - octaves[:, 1:, None]).abs()
        return torch.ops.speechbrain_clser.cheapest(scores, costs)


@pytest.fixture(scope="module")
def graph(tmp_path_factory):
    """Export ``Path`` and load it in onnxruntime."""
    path = tmp_path_factory.mktemp("graph") / "path.onnx"
    frames = torch.export.Dim("frames", min=4)
    program = torch.export.export(
        Path(),
        (torch.rand(1, 9, 6), torch.rand(1, 9, 6)),
        dynamic_shapes=({1: frames}, {1: frames}),
    )
    torch.onnx.export(
        program,
        opset_version=operators.VERSION,
        custom_translation_table=operators.TRANSLATED,
        input_names=["scores", "octaves"],
        dynamo=True,
        verbose=False,
    ).save(path)
    return onnxruntime.InferenceSession(path)


@pytest.mark.filterwarnings("ignore:.*treespec:FutureWarning")
@pytest.mark.parametrize("n_frames", [2, 3, 50, 701])
def test_path_is_the_same_in_the_graph(graph, n_frames):
    scores, octaves = torch.rand(2, 1, n_frames, 6)
    (found,) = graph.run(
        None, {"scores": scores.numpy(), "octaves": octaves.numpy()}
    )
    assert found.tolist() == Path()(scores, octaves).tolist()


def test_choose_equals_where_for_booleans():
    condition, chosen, other = torch.rand(3, 40) < 0.5
    expected = torch.where(condition, chosen, other)
    assert operators.choose(condition, chosen, other).equal(expected)


def test_choose_defers_for_numbers():
    condition = torch.tensor([True])
    found = operators.choose(condition, torch.ones(1), torch.zeros(1))
    assert found is NotImplemented


def test_sort_is_stable():
    values = torch.tensor([[1.0, 2.0, 2.0, 1.0]])
    _, order = operators.sort(values, stable=True, dim=1, descending=True)
    assert order.tolist() == [[1, 2, 0, 3]]
