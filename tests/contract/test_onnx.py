"""Contract of all ONNX exports: a graph predicts the same as its model."""

import json
import subprocess
import sys

import onnxruntime
import pytest
from helpers import encoders, served

from speechbrain_clser.contrib.onnx.export import export_onnx
from speechbrain_clser.inference.classifier import EmotionClassifier

# An export takes half a minute.
pytestmark = [
    pytest.mark.slow,
    # Raised by torch in the exporter.
    pytest.mark.filterwarnings("ignore:.*treespec:FutureWarning"),
]


@pytest.mark.parametrize("yaml", served.YAMLS)
def test_graph_predicts_as_its_model_without_torch(yaml, tmp_path):
    # The built-in encoder has most operators and takes a minute: one model has it.
    options = {}
    if yaml != "linear":
        options["encoder"] = encoders.make(
            tmp_path / "encoder",
            "hubert_group",
            num_hidden_layers=1,
            conv_dim=[16, 16],
            conv_kernel=[40, 16],
            conv_stride=[20, 16],
        )
    compare(served.make(tmp_path, yaml, **options), tmp_path)


@pytest.mark.parametrize(
    "kind, adapt",
    [
        ("wav2vec2_layer", "lora"),
        ("wavlm_layer", "full"),
        ("whisper", "frozen"),
    ],
)
def test_graph_contains_a_pretrained_encoder(kind, adapt, tmp_path):
    encoder = encoders.make(tmp_path / "encoder", kind)
    compare(served.make(tmp_path, encoder=encoder, adapt=adapt), tmp_path)


@pytest.mark.parametrize(
    "kind, options", [("whisper", {"window": "30s"}), ("w2v_bert", {})]
)
def test_unsupported_encoder_raises(kind, options, tmp_path):
    encoder = encoders.make(tmp_path / "encoder", kind)
    model = served.make(tmp_path, encoder=encoder, **options)
    with pytest.raises(ValueError, match=r"found in recogniser\.extractor\."):
        export_onnx(model.folder, tmp_path / "graph" / "model.onnx")
    assert not (tmp_path / "graph").exists()


def compare(model, folder):
    """Compare a graph, run without torch, with its model."""
    path = export_onnx(model.folder, folder / "graph" / "model.onnx")
    assert {p.name for p in path.parent.iterdir()} == {
        "model.onnx",
        "onnx_runner.py",
    }
    about = onnxruntime.InferenceSession(path).get_modelmeta()
    classifier = EmotionClassifier.from_hparams(
        model.folder, run_opts={"device": "cpu"}
    )
    about = about.custom_metadata_map
    assert json.loads(about["classes"]) == list(classifier.classes)
    assert about["sample_rate_hz"] == "16000"

    (folder / "torch.py").write_text("raise ImportError('not here')")
    run = subprocess.run(
        [sys.executable, str(path.with_name("onnx_runner.py")), path]
        + model.files,
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    predictions = classifier.classify_files(model.files, has_bar=False)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    for prediction, line in zip(predictions, lines, strict=True):
        found = {name: line[name] for name in classifier.classes}
        assert found == pytest.approx(prediction.probabilities, abs=1e-4)
