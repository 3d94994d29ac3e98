"""Test the recipe with pretrained encoders: frozen, adapted, fine-tuned."""

import csv
import json

import pytest
from helpers import encoders, toy

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Folder of the toy corpora and of a tiny HuBERT."""
    folder = tmp_path_factory.mktemp("toy")
    toy.make(folder)
    encoders.make(folder / "hubert", "hubert_group")
    return folder


def train(data, output, *more):
    done = toy.train(
        *(data, data / output, "--encoder", str(data / "hubert")),
        *("--layers", "1-2", "--layer_mix", "learned", *more),
    )
    assert done.returncode == 0, done.stdout
    path = data / output / "seed_1001" / "predictions" / "test.csv"
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


def test_frozen_encoder_trains_from_the_store_and_is_recorded(data):
    assert len(train(data, "frozen")) == 24
    text = json.loads((data / "frozen" / "environment.json").read_text())
    assert text["encoder"]["class"] == "SSLFeatures"
    assert text["encoder"]["config"]["revision"]
    assert list((data / "cache" / "frames").rglob("*.safetensors"))


@pytest.mark.parametrize("adapt", ["lora", "full"])
def test_trained_encoder_is_saved_with_the_method(data, adapt):
    first = train(data, adapt, "--adapt", adapt)
    checkpoints = (data / adapt / "seed_1001" / "save").rglob("extractor.ckpt")
    assert list(checkpoints)
    # The training is finished: predictions are read from the run folder.
    assert train(data, adapt, "--adapt", adapt) == first


def test_layers_of_a_trained_encoder_are_anchored(data):
    more = ("--adapt", "lora", "--layers", "1-2", "--layer_mix", "learned")
    done = toy.train(
        *(data, data / "anchored", "--encoder", str(data / "hubert"), *more),
        *("--alignment", "layer_anchoring"),
        *("--alignment_constants", "{n_groups: 2}"),
        protocol="toy_unlabelled.yaml",
    )
    assert done.returncode == 0, done.stdout
    epochs = (data / "anchored/seed_1001/epochs.jsonl").read_text()
    losses = [json.loads(e)["train_alignment"] for e in epochs.splitlines()]
    assert len(losses) == 3 and min(losses) > 0
    # Nothing of the alignment is in the model.
    assert (
        "lignment" not in (data / "anchored/model/hyperparams.yaml").read_text()
    )


@pytest.mark.parametrize(
    "yaml, more", [("source_only", ["--layers", "auto"]), ("layer_probe", [])]
)
def test_layers_may_be_chosen_on_the_sources(data, yaml, more):
    more = ("--encoder", str(data / "hubert"), *more)
    done = toy.train(
        *(data, data / yaml, *more),
        protocol="toy_two_sources.yaml",
        yaml=f"hparams/{yaml}.yaml",
        has_report=True,
    )
    assert done.returncode == 0, done.stdout
    found = json.loads((data / yaml / "layers.json").read_text())
    assert {*found["validation"][0]["folds"]} == {"north", "west"}
    assert f"layers {found['chosen']} are best on source" in done.stdout
    text = json.loads((data / yaml / "environment.json").read_text())
    assert text["encoder"]["config"]["layers"] == found["chosen"]
    report = json.loads((data / yaml / "report.json").read_text())
    assert report["layers"]["chosen"] == found["chosen"]
    yaml = (data / yaml / "seed_1001" / "hyperparams.yaml").read_text()
    layers = yaml.partition("\nlayers:")[2].partition("\n")[0]
    assert "auto" not in layers.partition("#")[0]


def test_encoder_of_a_language_is_that_of_the_first_source(data):
    done = toy.train(
        *(data, data / "mapped"),
        *("--encoder", f"{{deu: {data / 'hubert'}, eng: acoustic}}"),
        protocol="emodb_to_urdu",
    )
    assert "emodb: expected a folder" in done.stdout  # the encoder was found
    done = toy.train(
        *(data, data / "mapped"),
        *("--encoder", "{deu: acoustic, eng: acoustic}"),
        protocol="emovo_to_urdu",
    )
    assert "expected a language among deu, eng" in done.stdout


def test_styles_may_be_those_of_a_speaker_network(data):
    ecapa = encoders.make_ecapa(data / "ecapa")
    done = toy.train(
        *(data, data / "styled", "--phones", "units"),
        *("--style_encoder", ecapa, "--n_unlabelled", "8"),
        protocol="toy_unlabelled.yaml",
        yaml="hparams/dual_anchor.yaml",
        has_report=True,
    )
    assert done.returncode == 0, done.stdout
    report = json.loads((data / "styled" / "report.json").read_text())
    assert report["anchoring"]["styles"]["own_neutral"] > 0
    abouts = (data / "cache" / "frames").rglob("about.json")
    assert any('"Ecapa"' in path.read_text() for path in abouts)


@pytest.mark.parametrize(
    "workers",
    [
        "{num_workers: 2}",
        "{num_workers: 2, persistent_workers: True, pin_memory: True}",
    ],
)
def test_workers_of_the_data_loader_change_no_prediction(data, workers):
    more = ("--adapt", "lora", "--speed_perturb", "[0.9, 1.1]")
    alone = train(data, "no_workers", *more)
    options = ("--dataloader_options", workers)
    folder = f"workers_{len(workers)}"
    assert train(data, folder, *more, *options) == alone
