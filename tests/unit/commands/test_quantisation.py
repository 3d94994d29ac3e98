from types import SimpleNamespace

import pytest

from speechbrain_clser.commands import quantisation
from speechbrain_clser.labels import Scheme
from speechbrain_clser.tasks import Dimensions

ROW = SimpleNamespace(wav="a.wav", emotion="sadness")


def test_run_without_a_model_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="a run folder with a model"):
        quantisation.export(tmp_path, tmp_path / "model", "a.onnx")


def test_run_of_dimensions_is_refused(monkeypatch, tmp_path):
    hparams = {"scheme": Dimensions(["arousal", "valence"])}

    def loaded(run):
        return 0, hparams

    monkeypatch.setattr(quantisation.reexport, "load_training", loaded)
    with pytest.raises(
        ValueError, match="UAR, found a run of arousal, valence"
    ):
        quantisation.export(tmp_path, tmp_path, "a.onnx")


@pytest.mark.parametrize("part", ["test", "valid"])
def test_test_or_else_validation_utterances_are_scored(
    monkeypatch, tmp_path, part
):
    parts = SimpleNamespace(test=(), valid=())
    setattr(parts, part, (ROW,))
    scheme = Scheme(["anger", "sadness"])
    scored = []
    for owner, name, stand_in in (
        (
            quantisation.reexport,
            "load_training",
            lambda run: (0, {"scheme": scheme}),
        ),
        (
            quantisation.reexport,
            "make_splits",
            lambda *_: SimpleNamespace(parts=parts),
        ),
        (quantisation.onnx_export, "export_onnx", lambda *_, **__: "a.onnx"),
        (
            quantisation.quantisation,
            "compare",
            lambda *arguments: scored.append(arguments) or [],
        ),
    ):
        monkeypatch.setattr(owner, name, stand_in)
    (tmp_path / "model").mkdir()
    found = quantisation.export(tmp_path, tmp_path / "model", "a.onnx")
    assert scored == [("a.onnx", [("a.wav", 1)], scheme.classes)]
    assert [row[0] for row in found] == ["graph"]
