import json

import pytest
import torch
from helpers import served

from speechbrain_clser.inference import export


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model with an adversary in its training."""
    return served.make(tmp_path_factory.mktemp("model"), "supcon_spkadv")


def trainings(folder, rule, **uars):
    """Trainings that found these source validation UARs."""
    for name, uar in uars.items():
        path = folder / name.replace("__", "/") / "selected.json"
        path.parent.mkdir(parents=True)
        record = {"rule": rule, "source_valid_uar": uar, "epoch": 3}
        record |= {"source_valid_loss": uar, "oracle_target_uar": 1 - uar}
        path.write_text(json.dumps(record))


@pytest.mark.parametrize("rule", ["last", "oracle_target_uar", export.RULE])
def test_best_training_is_that_of_the_sources_never_of_the_target(
    rule, tmp_path
):
    trainings(tmp_path, rule, seed_1=0.5, seed_2=0.7, draw_1__seed_9=0.6)
    folder, sentence = export.best(tmp_path)
    assert folder == tmp_path / "seed_2"
    assert "One of 3 trainings" in sentence and "(0.700)" in sentence
    assert "the target had no part" in sentence


def test_protocols_own_rule_over_the_sources_is_obeyed(tmp_path):
    trainings(tmp_path, "source_valid_loss", seed_1=0.5, draw_2__seed_9=0.4)
    assert export.best(tmp_path)[0] == tmp_path / "draw_2" / "seed_9"


def test_single_training_needs_no_score(tmp_path):
    trainings(tmp_path, "last", seed_1=float("nan"))
    assert export.best(tmp_path) == (
        tmp_path / "seed_1",
        "The only training of its run.",
    )


def test_run_without_a_training_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="let train.py finish"):
        export.best(tmp_path)


def test_folder_is_whole_and_holds_nothing_else(model):
    assert sorted(path.name for path in model.folder.iterdir()) == [
        *("README.md", "hyperparams.yaml", "label_encoder.ckpt"),
        *("method.ckpt", "normaliser.ckpt"),
    ]


def test_what_only_training_needs_stays_behind(model):
    names = torch.load(model.folder / "method.ckpt").keys()
    assert {name.split(".")[0] for name in names} == {
        *("encoder", "pooling", "emotion_head")
    } - {"pooling"}
    text = (model.folder / "hyperparams.yaml").read_text()
    assert "adversary: null" in text and "!apply" not in text


def test_adapters_stay_apart_and_small(tmp_path):
    from helpers import encoders

    encoder = encoders.make(tmp_path / "encoder", "hubert_layer")
    model = served.make(tmp_path, encoder=encoder, adapt="lora")
    adapters = torch.load(model.folder / "extractor.ckpt")
    assert adapters and all("adapter" in name for name in adapters)
    assert not (model.folder / "normaliser.ckpt").exists()
    sizes = {p.name: p.stat().st_size for p in model.folder.glob("*.ckpt")}
    assert sizes["extractor.ckpt"] < sizes["encoder.ckpt"]


def test_of_a_trained_stream_its_top_is_kept_beside_statistics(tmp_path):
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
