import json
import re

import pytest
import torch
from helpers import served

from speechbrain_clser.features.acoustic import AcousticFeatures
from speechbrain_clser.inference import export


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """Export a model that was trained with an adversary."""
    return served.make(tmp_path_factory.mktemp("model"), "supcon_spkadv")


def test_folder_has_exactly_the_expected_files(model):
    assert sorted(path.name for path in model.folder.iterdir()) == [
        *("README.md", "hyperparams.yaml", "label_encoder.ckpt"),
        *("method.ckpt", "normaliser.ckpt", "training.json"),
    ]


def test_training_only_modules_are_not_exported(model):
    names = torch.load(model.folder / "method.ckpt").keys()
    assert {name.split(".")[0] for name in names} == {
        *("encoder", "pooling", "emotion_head")
    } - {"pooling"}
    text = (model.folder / "hyperparams.yaml").read_text()
    assert "adversary: null" in text and "!apply" not in text


def test_training_only_modules_of_members_are_not_exported(tmp_path):
    model = served.make(tmp_path, "best", n_copies=2)
    names = torch.load(model.folder / "method.ckpt").keys()
    assert {tuple(name.split(".")[:3]) for name in names} == {
        *(("members", "0", part) for part in ("mean", "scale", "emotion_head")),
        *(("members", n, p) for n in "12" for p in ("encoder", "emotion_head")),
    }
    text = (model.folder / "hyperparams.yaml").read_text()
    assert "adversary: null" in text


def test_adapters_are_exported_separately(tmp_path):
    from helpers import encoders

    encoder = encoders.make(tmp_path / "encoder", "hubert_layer")
    model = served.make(tmp_path, encoder=encoder, adapt="lora")
    adapters = torch.load(model.folder / "extractor.ckpt")
    assert adapters and all("adapter" in name for name in adapters)
    assert not (model.folder / "normaliser.ckpt").exists()
    sizes = {p.name: p.stat().st_size for p in model.folder.glob("*.ckpt")}
    assert sizes["extractor.ckpt"] < sizes["encoder.ckpt"]


def test_trained_top_layers_are_exported_with_statistics(tmp_path):
    from helpers import encoders

    encoder = encoders.make(tmp_path / "encoder", "hubert_layer")
    options = {"encoder": encoder, "adapt": "top", "top_layers": 1}
    model = served.make(tmp_path, "hump_cat", **options)
    names = torch.load(model.folder / "extractor.ckpt").keys()
    prefix = "extractors.encoder.lobe.lobe.model.encoder.layers.1."
    assert names and all(name.startswith(prefix) for name in names)
    assert (model.folder / "normaliser.ckpt").exists()
    text = (model.folder / "hyperparams.yaml").read_text()
    assert "longest_s: 15.0" in text


def test_model_has_provenance(model):
    output = json.loads((model.folder / "training.json").read_text())
    assert (output["trial"], output["seed"], output["epoch"]) == (0, 1, 1)
    assert output["chosen"] == "How it was chosen."


def test_flat_arguments_of_an_old_run_are_grouped_in_the_model(tmp_path):
    served.make(tmp_path, "dual_anchor")
    training = tmp_path / "run" / "seed_1"
    text = (training / "hyperparams.yaml").read_text()
    flat = re.sub(r"(?m)^  \w+: !new:\S+dual_anchor\.\w+Config\n", "", text)
    flat = re.sub(
        r"(?m)^    (neutral|communities|style|confidence|pse|tar|m|warm)",
        r"  \1",
        flat,
    )
    assert flat.count("Config") < text.count("Config")
    saved = {"method": next(training.rglob("method.ckpt"))}
    one, other = (
        export._method(yaml, AcousticFeatures(), tmp_path, saved)["method"]
        for yaml in (flat, text)
    )
    assert one == other and {"anchoring", "pseudo_labels"} <= {*one.arguments}
