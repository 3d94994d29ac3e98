"""Test quantised graphs of small modules."""

import json

import numpy as np
import onnxruntime
import pytest
import soundfile
import torch
from helpers import sounds

from speechbrain_clser.contrib.onnx import quantisation

pytestmark = pytest.mark.filterwarnings("default:.*treespec:FutureWarning")


class Model(torch.nn.Module):
    """Project blocks of a waveform by a constant matrix, then by linear layers."""

    def __init__(self, n_hidden=256):
        super().__init__()
        self.register_buffer("fixed", torch.randn(16, 64))
        self.hidden = torch.nn.Linear(64, n_hidden)
        self.output = torch.nn.Linear(n_hidden, 2, bias=False)

    def forward(self, wav):
        """Return the mean posterior of the blocks."""
        blocks = wav.reshape(-1, 16) @ self.fixed
        return self.output(self.hidden(blocks).relu()).mean(0).softmax(-1)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """Return a module, its graph and the path of the quantised graph."""
    torch.manual_seed(0)
    module = Model().eval()
    path = tmp_path_factory.mktemp("graph") / "toy.onnx"
    program = torch.onnx.export(
        module,
        (torch.randn(160),),
        input_names=["wav"],
        dynamic_shapes=({0: 16 * torch.export.Dim("blocks")},),
        dynamo=True,
        verbose=False,
    )
    program.save(path)
    quantisation.quantise(program, module, path)
    return module, program, path


def test_only_products_with_parameters_are_quantised(exported):
    module, program, path = exported
    names = quantisation.linear_nodes(program.model.graph, module)
    products = [
        n for n in program.model.graph if n.op_type in ("MatMul", "Gemm")
    ]
    assert (len(products), len(names)) == (3, 2)


def test_quantised_graph_is_smaller_and_close(exported):
    module, _, path = exported
    small = quantisation.quantised_path(path)
    # 64 x 256 + 256 x 2 weights of 4 bytes become 1 byte each.
    saved = path.stat().st_size - small.stat().st_size
    assert 0.8 < saved / (3 * (64 * 256 + 256 * 2)) < 1.1
    wav = torch.randn(1600)
    (found,) = onnxruntime.InferenceSession(small).run(
        None, {"wav": wav.numpy()}
    )
    expected = module(wav).detach().numpy()
    assert not np.array_equal(found, expected)
    np.testing.assert_allclose(found, expected, atol=0.02)


def test_module_without_parameters_is_refused(exported):
    _, program, path = exported
    with pytest.raises(ValueError, match="expected a linear layer .* --int8"):
        quantisation.quantise(program, torch.nn.ReLU(), path)


def test_both_graphs_are_scored_on_the_recordings(exported, tmp_path):
    module, _, path = exported
    rows = []
    for number in range(4):
        samples = sounds.noise(number, 1600)[:, :1]
        soundfile.write(tmp_path / f"{number}.wav", samples, 16000)
        rows.append((tmp_path / f"{number}.wav", number % 2))
    lines = quantisation.compare(path, rows, ["anger", "sadness"])
    loaded = [
        torch.tensor(soundfile.read(f, dtype="float32")[0]) for f, _ in rows
    ]
    predicted = [int(module(wav).argmax()) for wav in loaded]
    right = sum(
        p == label for p, (_, label) in zip(predicted, rows, strict=True)
    )
    assert [line["graph"] for line in lines] == ["toy.onnx", "toy.int8.onnx"]
    # Two recordings of each class: UAR and WA are the same.
    assert lines[0]["UAR"] == lines[0]["WA"] == right / 4
    assert lines[0]["same prediction"] == 1.0
    assert lines[1]["MB"] == path.with_suffix(".int8.onnx").stat().st_size / 1e6
    written = json.loads(path.with_suffix(".int8.json").read_text())
    assert written == {"n_recordings": 4, "graphs": lines}
