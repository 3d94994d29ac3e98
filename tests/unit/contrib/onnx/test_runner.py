"""Test the runner script without torch."""

import json
import struct
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import onnx_ir as ir
import pytest
import soundfile
from helpers import sounds
from onnxscript import FLOAT, script
from onnxscript import opset18 as op

from speechbrain_clser.contrib.onnx import runner

RUNNER = Path(runner.__file__)


@script(default_opset=op)
def probabilities(wav: FLOAT["samples"]) -> FLOAT[2]:  # noqa: F821
    """Return the peak and one minus the peak."""
    loudest = op.ReduceMax(op.Abs(wav), keepdims=1)
    return op.Concat(loudest, 1.0 - loudest, axis=0)


@pytest.fixture
def model(tmp_path):
    """Write a graph with the metadata of a model."""
    graph = ir.from_proto(probabilities.to_model_proto(ir_version=10))
    graph.metadata_props["classes"] = json.dumps(["loud", "soft"])
    graph.metadata_props["sample_rate_hz"] = "16000"
    ir.save(graph, tmp_path / "model.onnx")
    return tmp_path / "model.onnx"


def write(path, samples=None, sample_rate_hz=16000, **options):
    """Write samples, (samples, channels), of 16 bits by default."""
    if samples is None:
        samples = sounds.noise(0, 1600)
    soundfile.write(path, samples, sample_rate_hz, **options)
    return str(path)


def test_values_need_not_sum_to_one_and_have_no_emotion(
    model, tmp_path, capsys
):
    graph = ir.load(model)
    graph.metadata_props["task"] = "dimensions"
    ir.save(graph, model)
    assert runner.main(str(model), write(tmp_path / "a.wav")) == 0
    found = json.loads(capsys.readouterr().out)
    assert list(found) == ["file", "loud", "soft"]
    path = write(tmp_path / "b.wav", 3 * sounds.noise(0, 1600), subtype="FLOAT")
    assert runner.main(str(model), path) == 1
    assert "expected values of 0-1" in capsys.readouterr().err


def test_channels_are_averaged_to_full_scale_1(tmp_path):
    samples = np.tile([[0.5, 0.0], [-1.0, -1.0]], (800, 1))
    wav = runner.load(write(tmp_path / "a.wav", samples), 16000)
    assert wav.dtype == np.float32
    assert wav[:2].tolist() == [0.25, -1.0]


@pytest.mark.parametrize("form", ["WAV", "WAVEX"])
@pytest.mark.parametrize(
    "subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE"]
)
def test_every_depth_and_header_is_read_as_soundfile_does(
    tmp_path, subtype, form
):
    options = {"subtype": subtype, "format": form}
    path = write(tmp_path / "a.wav", sounds.noise(0, 1600, 2), **options)
    expected, _ = soundfile.read(path)
    found = runner.load(path, 16000)
    np.testing.assert_allclose(found, expected.mean(axis=1), atol=1e-7)


@pytest.mark.parametrize("size", [3216, 0, 0xFFFFFFFF, 1600, 1601])
def test_stated_size_may_be_wrong_if_all_samples_are_there(tmp_path, size):
    path = write(tmp_path / "a.wav")
    content = bytearray(Path(path).read_bytes())
    content[40:44] = struct.pack("<I", size)
    Path(path).write_bytes(content)
    assert len(runner.load(path, 16000)) == 1600


@pytest.mark.parametrize("tail", sounds.WAV_TAILS)
def test_chunks_after_the_samples_are_not_sound(tmp_path, tail):
    path = write(tmp_path / "a.wav")
    with open(path, "ab") as file:
        file.write(tail)
    assert len(runner.load(path, 16000)) == 1600


@pytest.mark.parametrize(
    "samples, options, match",
    [
        (
            None,
            {"sample_rate_hz": 8000},
            "16000 Hz, found 8000 Hz; .*-ar 16000",
        ),
        (
            None,
            {"subtype": "ULAW"},
            "found format 7 of 8 bits; convert it: ffmpeg -i .*-ar 16000 conv",
        ),
        (sounds.noise(0, 0), {}, r"0\.1-120 s of sound, found 0\.000"),
        (sounds.noise(0, 480), {}, r"found 0\.030 s"),
        (np.ones((8000 * 121, 1)), {"sample_rate_hz": 8000}, "found 121"),
        (np.full((1600, 1), np.nan), {"subtype": "FLOAT"}, "NaN or infinite"),
        (np.zeros((1600, 1)), {}, "found a peak of 0"),
        (sounds.noise(0, 1600) * [1, -1], {}, "cancel each other; .*c0=c0"),
        (
            None,
            {"format": "FLAC"},
            "a WAV file, found b'fLaC.*; .* convert it: ffmpeg -i .*-ar 16000",
        ),
    ],
)
def test_sound_that_cannot_be_used_is_refused(
    tmp_path, samples, options, match
):
    path = write(tmp_path / "a.wav", samples, **options)
    with pytest.raises(ValueError, match=match):
        runner.load(path, 16000)


@pytest.mark.parametrize(
    "n_bytes, match",
    [(1000, "found 2244 fewer"), (30, "a cut header"), (40, "a cut header")],
)
def test_file_that_was_cut_is_refused(tmp_path, n_bytes, match):
    path = Path(write(tmp_path / "a.wav"))
    path.write_bytes(path.read_bytes()[:n_bytes])
    with pytest.raises(ValueError, match=match):
        runner.load(str(path), 16000)


def test_runner_needs_numpy_and_onnxruntime_alone(model, tmp_path):
    files = [
        write(tmp_path / f"{peak}.wav", np.tile([[peak], [0.0]], (800, 1)))
        for peak in (0.25, 0.75)
    ]
    done = without_torch(tmp_path, model, *files)
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert [line["file"] for line in lines] == files
    assert [line["emotion"] for line in lines] == ["soft", "loud"]
    assert [line["loud"] for line in lines] == [0.25, 0.75]


def test_bad_file_and_bad_output_do_not_stop_the_runner(model, tmp_path):
    good = write(tmp_path / "good.wav")
    over = np.full(
        (1600, 1), 3e5
    )  # the toy model returns invalid probabilities
    bad = [
        str(tmp_path / "nowhere.wav"),
        write(tmp_path / "over.wav", over, subtype="FLOAT"),
    ]
    done = without_torch(tmp_path, model, bad[0], good, bad[1])
    [line] = done.stdout.splitlines()
    assert (done.returncode, json.loads(line)["file"]) == (1, good)
    first, second = done.stderr.splitlines()
    assert first.startswith(bad[0]) and second.startswith(bad[1])
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("content", "arguments", "match"),
    [
        (
            b"",
            (),
            "a graph and one recording or more, found 0 arg.*; usage: py",
        ),
        (b"", ("a.onnx",), "found 1 arguments; usage"),
        (None, ("a.onnx", "a.wav"), "a.onnx: expected a graph.*doesn't exist"),
        (b"", ("a.onnx", "a.wav"), "a.onnx: expected .*No graph.*; give its p"),
        (
            b"html",
            ("a.onnx", "a.wav"),
            "parsing failed.*; give its path, or exp",
        ),
        ({}, ("a.onnx", "a.wav"), "found one without 'classes' in its meta"),
    ],
)
def test_wrong_arguments_are_one_message(
    tmp_path, monkeypatch, content, arguments, match
):
    monkeypatch.chdir(tmp_path)
    if content == {}:
        graph = ir.from_proto(probabilities.to_model_proto(ir_version=10))
        ir.save(graph, "a.onnx")
    elif content is not None:
        Path("a.onnx").write_bytes(content)
    with pytest.raises(SystemExit, match=match) as caught:
        runner.main(*arguments)
    assert "\n" not in str(caught.value)


def test_nan_probability_is_refused(tmp_path, monkeypatch, capsys):
    class Session:
        def __init__(self, model):
            about = {"classes": '["a", "b"]', "sample_rate_hz": "16000"}
            meta = SimpleNamespace(custom_metadata_map=about)
            self.get_modelmeta = lambda: meta

        def run(self, names, inputs):
            return [np.array([np.nan, 1.0])]

    monkeypatch.setattr(runner.onnxruntime, "InferenceSession", Session)
    assert runner.main("a.onnx", write(tmp_path / "a.wav")) == 1
    written = capsys.readouterr()
    assert written.out == ""
    assert (
        "expected probabilities that sum to 1, found [nan, 1.0]" in written.err
    )


def without_torch(folder, *arguments):
    """Run it in a folder where importing torch or soundfile fails."""
    for name in ("torch", "soundfile", "speechbrain", "speechbrain_clser"):
        (folder / f"{name}.py").write_text("raise ImportError('not here')")
    return subprocess.run(
        [sys.executable, str(RUNNER), *map(str, arguments)],
        env={"PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
    )
