"""Graphs of toy models; those of real ones are a contract, and slow."""

import json
from types import SimpleNamespace

import onnxruntime
import pytest
import torch
from helpers import served

from speechbrain_clser.inference.classifier import EmotionClassifier
from speechbrain_clser.inference.onnx import export
from speechbrain_clser.inference.stages import LogPosterior

pytestmark = pytest.mark.filterwarnings("ignore:.*treespec:FutureWarning")


class Toy(torch.nn.Module):
    """Recogniser that compares how loud and how rough a sound is."""

    def forward(self, wavs, lens):
        """Two logits behind an embedding of one."""
        rough = (wavs[:, 1:] - wavs[:, :-1]).abs().mean(dim=1)
        loud = wavs.abs().mean(dim=1)
        return torch.stack([loud, 9 * loud, 9 * rough], dim=-1)[:, None]


class Undecided(Toy):
    """Goes a way that it finds by listening."""

    def forward(self, wavs, lens):
        """As of a quiet sound, or of a loud one."""
        both = super().forward(wavs, lens)
        return both if wavs.mean() > 0 else -both


class Odd(Toy):
    """Uses an operator that ONNX does not have."""

    def forward(self, wavs, lens):
        """Logits, bent."""
        return torch.special.bessel_j0(super().forward(wavs, lens))


class Forgetful(Toy):
    """Answers otherwise the second time."""

    n_heard = 0

    def forward(self, wavs, lens):
        """Logits of the first time, and then their opposites."""
        self.n_heard += 1
        sign = 1 if self.n_heard == 1 else -1
        return sign * super().forward(wavs, lens)


@pytest.fixture
def toy(monkeypatch):
    """Make ``export_onnx`` load a classifier around a recogniser."""

    def use(recogniser):
        classifier = SimpleNamespace(
            mods=SimpleNamespace(
                embedding_model=recogniser, classifier=LogPosterior(2)
            ),
            recogniser=SimpleNamespace(longest_s=15.0),
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


def test_graph_agrees_with_model_and_has_metadata(toy, tmp_path):
    listening = export.ProbabilityModel(toy(Toy()))
    path = export.export_onnx("model", tmp_path / "new" / "toy.onnx")
    session = onnxruntime.InferenceSession(path)
    wav = torch.randn(5000)
    (found,) = session.run(None, {"wav": wav.numpy()})
    torch.testing.assert_close(torch.from_numpy(found), listening(wav))
    about = session.get_modelmeta().custom_metadata_map
    assert json.loads(about["classes"]) == ["rough", "loud"]
    assert (about["sample_rate_hz"], about["longest_s"]) == ("16000", "15.0")
    assert about["temperature"] == "2.0"


def test_export_writes_graph_and_runner_only(toy, tmp_path):
    toy(Toy())
    export.export_onnx("model", tmp_path / "toy.onnx")
    found = {path.name for path in tmp_path.iterdir()}
    assert found == {"toy.onnx", "onnx_runner.py"}


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
        found = export.ProbabilityModel(classifier)(wav)
    expected = classifier.classify_signal(wav, 16000).probabilities
    assert dict(
        zip(classifier.classes, found.tolist(), strict=True)
    ) == pytest.approx(expected, abs=1e-6)
