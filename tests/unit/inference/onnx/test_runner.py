"""The runner beside a graph, where there is no torch."""

import json
import subprocess
import sys
import wave
from pathlib import Path

import numpy as np
import onnx_ir as ir
import pytest
from onnxscript import FLOAT, script
from onnxscript import opset18 as op

from speechbrain_clser.inference.onnx import runner

RUNNER = Path(runner.__file__)


@script(default_opset=op)
def answer(wav: FLOAT["samples"]) -> FLOAT[2]:  # noqa: F821
    """Loudest sample, and what is missing to full scale."""
    loudest = op.ReduceMax(op.Abs(wav), keepdims=1)
    return op.Concat(loudest, 1.0 - loudest, axis=0)


@pytest.fixture
def model(tmp_path):
    """A graph with the metadata of a model."""
    graph = ir.from_proto(answer.to_model_proto(ir_version=10))
    graph.metadata_props["classes"] = json.dumps(["loud", "soft"])
    graph.metadata_props["sample_rate_hz"] = "16000"
    ir.save(graph, tmp_path / "model.onnx")
    return tmp_path / "model.onnx"


def write(path, samples, sample_rate_hz=16000, n_bytes=2):
    """Write samples, (samples, channels), as WAV."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(samples.shape[1])
        file.setsampwidth(n_bytes)
        file.setframerate(sample_rate_hz)
        file.writeframes(samples.astype("<i2").tobytes())
    return str(path)


def test_channels_are_averaged_to_full_scale_1(tmp_path):
    samples = np.array([[16384, 0], [-32768, -32768]])
    wav = runner.load(write(tmp_path / "a.wav", samples), 16000)
    assert wav.dtype == np.float32
    assert wav.tolist() == [0.25, -1.0]


@pytest.mark.parametrize(
    "change, found",
    [({"sample_rate_hz": 8000}, "8000 Hz and 16"), ({"n_bytes": 1}, "8 bit")],
)
def test_sound_of_another_kind_is_refused(tmp_path, change, found):
    path = write(tmp_path / "a.wav", np.zeros((4, 1)), **change)
    with pytest.raises(SystemExit, match=f"16000 Hz and 16 bit.*{found}"):
        runner.load(path, 16000)


def test_runner_needs_numpy_and_onnxruntime_alone(model, tmp_path):
    files = [
        write(tmp_path / f"{peak}.wav", np.array([[peak], [0]]))
        for peak in (8192, 24576)
    ]
    lines = without_torch(tmp_path, model, *files)
    assert [line["file"] for line in lines] == files
    assert [line["emotion"] for line in lines] == ["soft", "loud"]
    assert [line["loud"] for line in lines] == [0.25, 0.75]


def test_runner_is_short():
    assert len(RUNNER.read_text().splitlines()) < 60


def without_torch(folder, *arguments):
    """Run it where importing us, torch or soundfile fails; parse its lines."""
    for name in ("torch", "soundfile", "speechbrain", "speechbrain_clser"):
        (folder / f"{name}.py").write_text("raise ImportError('not here')")
    run = subprocess.run(
        [sys.executable, str(RUNNER), *map(str, arguments)],
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=True,
    )
    return [json.loads(line) for line in run.stdout.splitlines()]
