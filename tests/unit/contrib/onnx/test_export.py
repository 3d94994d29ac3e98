"""Test graphs of toy models; contract tests cover real models."""

import json
from types import SimpleNamespace

import onnxruntime
import pytest
import torch
from helpers import served

from speechbrain_clser.contrib.onnx import export
from speechbrain_clser.inference.classifier import EmotionClassifier
from speechbrain_clser.inference.stages import LogPosterior, Values
from speechbrain_clser.tasks import CLASSES, RATED

pytestmark = pytest.mark.filterwarnings("default:.*treespec:FutureWarning")


class Toy(torch.nn.Module):
    """Encoder that compares loudness and roughness of a waveform."""

    def forward(self, wavs, lens):
        """Return an embedding of one dimension and two logits."""
        rough = (wavs[:, 1:] - wavs[:, :-1]).abs().mean(dim=1)
        loud = wavs.abs().mean(dim=1)
        return torch.stack([loud, 9 * loud, 9 * rough], dim=-1)[:, None]


class Undecided(Toy):
    """Encoder with data-dependent control flow."""

    def forward(self, wavs, lens):
        """Return logits with a sign that depends on the data."""
        both = super().forward(wavs, lens)
        return both if wavs.mean() > 0 else -both


class Odd(Toy):
    """Encoder with an operator that ONNX does not have."""

    def forward(self, wavs, lens):
        """Return transformed logits."""
        return torch.special.bessel_j0(super().forward(wavs, lens))


class Forgetful(Toy):
    """Encoder with another output from the second call on."""

    n_calls = 0

    def forward(self, wavs, lens):
        """Return logits, and negated logits from the second call on."""
        self.n_calls += 1
        sign = 1 if self.n_calls == 1 else -1
        return sign * super().forward(wavs, lens)


@pytest.fixture
def toy(monkeypatch):
    """Make ``export_onnx`` load a classifier with a given encoder."""

    def use(recogniser, task=CLASSES):
        classifier = SimpleNamespace(
            task=task,
            mods=SimpleNamespace(
                embedding_model=recogniser,
                classifier=(Values if task == RATED else LogPosterior)(2),
            ),
            recogniser=SimpleNamespace(longest_s=15.0),
            reads_text=False,
            temperature=2.0,
            adaptation=None,
            classes=("rough", "loud"),
            sample_rate_hz=16000,
            hparams=SimpleNamespace(normalise_by="none"),
        )
        monkeypatch.setattr(
            EmotionClassifier,
            "from_hparams",
            lambda folder, run_opts: classifier,
        )
        return classifier

    return use


@pytest.mark.parametrize("task", [CLASSES, RATED])
def test_graph_agrees_with_model_and_has_metadata(toy, tmp_path, task):
    module = export.ExportedModel(toy(Toy(), task))
    path = export.export_onnx("model", tmp_path / "new" / "toy.onnx")
    session = onnxruntime.InferenceSession(path)
    wav = torch.randn(5000)
    (found,) = session.run(None, {"wav": wav.numpy()})
    torch.testing.assert_close(torch.from_numpy(found), module(wav))
    about = session.get_modelmeta().custom_metadata_map
    assert json.loads(about["classes"]) == ["rough", "loud"]
    assert (about["sample_rate_hz"], about["longest_s"]) == ("16000", "15.0")
    assert (about["temperature"], about["task"]) == ("2.0", task)
    (output,) = session.get_outputs()
    assert output.name == ("values" if task == RATED else "probabilities")
    logits = module.recogniser(wav[None], torch.ones(1))[0, 0, -2:]
    decoded = logits.sigmoid() if task == RATED else (logits / 2).softmax(-1)
    torch.testing.assert_close(torch.from_numpy(found), decoded)


def test_export_writes_graph_and_runner_only(toy, tmp_path, capfd, recwarn):
    toy(Toy())
    export.export_onnx("model", tmp_path / "toy.onnx")
    found = {path.name for path in tmp_path.iterdir()}
    assert found == {"toy.onnx", "onnx_runner.py"}
    assert "torchvision" not in capfd.readouterr().err
    assert not any("treespec" in str(one.message) for one in recwarn)


@pytest.mark.parametrize(
    "recogniser, reason",
    [
        (Undecided(), r"found in recogniser \(Undecided\): .*guard"),
        (Odd(), r"found in recogniser \(Odd\): .*bessel_j0"),
    ],
)
def test_unsupported_module_is_refused_by_name(
    toy, tmp_path, recogniser, reason
):
    toy(recogniser)
    with pytest.raises(ValueError, match=f"(?s){reason}.*model folder itself"):
        export.export_onnx("model", tmp_path / "toy.onnx")
    assert list(tmp_path.iterdir()) == []


def test_adapted_model_is_refused(toy, tmp_path):
    toy(Toy()).adaptation = object()
    with pytest.raises(ValueError, match="model: expected a model that is not"):
        export.export_onnx("model", tmp_path / "toy.onnx")


def test_graph_with_other_predictions_is_refused(toy, tmp_path):
    toy(Forgetful())
    with pytest.raises(ValueError, match="found some that differ by"):
        export.export_onnx("model", tmp_path / "toy.onnx")
    assert not (tmp_path / "toy.onnx").exists()


def test_probability_model_equals_the_classifier(tmp_path):
    model = served.make(tmp_path)
    classifier = EmotionClassifier.from_hparams(
        model.folder, temperature=2.5, run_opts={"device": "cpu"}
    )
    wav = torch.randn(9000)
    with torch.no_grad():
        found = export.ExportedModel(classifier)(wav)
    expected = classifier.classify_signal(wav, 16000).probabilities
    assert dict(
        zip(classifier.classes, found.tolist(), strict=True)
    ) == pytest.approx(expected, abs=1e-6)
