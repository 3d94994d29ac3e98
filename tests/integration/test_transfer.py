"""Test hump_cat: training on source, then on a labelled share of the target."""

import csv
import json

import pytest
import torch
from helpers import encoders, toy
from hyperpyyaml import load_hyperpyyaml

from speechbrain_clser.evaluation import predictions
from speechbrain_clser.losses.combine import combine

YAML = toy.RECIPE / "hparams" / "hump_cat.yaml"
ABLATIONS = [
    {"streams": ["prosody"]},
    {"streams": ["mfcc"]},
    {"streams": ["encoder"]},
    {"streams": ["mfcc", "encoder"]},
    {"streams": ["mfcc", "encoder", "prosody"]},
    {"n_stages": 1},
    {"n_stages": 0},
    {"shared_weights": True},
    {"prosody": "measures"},
    {"prosody": "contours"},
    {"prosody": "token"},
    {"window_ms": 40},
    {"n_averaged": 1},
    {"naming": "am_softmax"},
    {"loss_weights": {"centre": 0.001}},
]


@pytest.mark.parametrize("override", ABLATIONS, ids=str)
def test_every_reading_is_one_override(override):
    losses, plain = losses_under(override), losses_under({})
    assert losses.isfinite() and losses != plain


def losses_under(override):
    """Return the weighted sum of losses of a batch, with the YAML's seed."""
    with open(YAML, encoding="utf-8") as file:
        hparams = load_hyperpyyaml(file, override)
    method, extractor = hparams["method"].eval(), hparams["extractor"]
    wav = torch.sin(torch.arange(16000) / 20) * torch.rand(2, 16000)
    lens = torch.tensor([1.0, 0.6])
    with torch.no_grad():
        batch = {
            "frames": (extractor(wav, lens).nan_to_num(), lens),
            "emotion": torch.tensor([0, 1]),
        }
        losses = method.losses(method(batch), batch)
    return combine(losses, hparams["loss_weights"])


def test_target_phase_trains_only_the_head():
    with open(YAML, encoding="utf-8") as file:
        hparams = load_hyperpyyaml(file, {"frozen_modules": ["fusion", "norm"]})
    frozen = hparams["phases"][1].frozen
    learning = {
        name
        for name, part in hparams["method"].named_children()
        if name not in frozen and [*part.parameters()]
    }
    assert learning == {"emotion_head", "centres"}


@pytest.mark.parametrize(
    ("override", "names"),
    [
        ({}, ["source", "target"]),
        ({"target_labelled_fraction": 0.5}, ["source", "target"]),
        ({"target_labelled_fraction": 0.0}, ["source"]),
        ({"number_of_epochs": 0}, ["target"]),
        ({"target_epochs": 0}, ["source"]),
        ({"protocol": "ravdess_to_emodb"}, ["source"]),
    ],
)
def test_phases_depend_on_available_data(override, names):
    with open(YAML, encoding="utf-8") as file:
        hparams = load_hyperpyyaml(file, override)
    assert [phase.name for phase in hparams["phases"]] == names


@pytest.mark.parametrize(
    ("override", "learns"),
    [({}, [False, True]), ({"encoder_on_source": True}, [True, True])],
)
def test_encoder_learns_on_the_target_and_if_wanted_before(override, learns):
    with open(YAML, encoding="utf-8") as file:
        hparams = load_hyperpyyaml(file, override)
    assert [phase.with_encoder for phase in hparams["phases"]] == learns


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Return the toy corpora with half of the target speakers labelled."""
    folder = tmp_path_factory.mktemp("toy")
    toy.make(folder, n_speakers=4)
    (folder / "toy_share.yaml").write_text(
        "sources: [north]\ntargets: [south]\nsupervision: {share: 0.5}\n"
        "held_out_share: 0.5\n"
    )
    return folder


def train(data, name, *more, source=3, target=3):
    """Run the recipe; return the report and the phases."""
    done = toy.train(
        *(data, data / name, "--target_epochs", str(target), *more),
        epochs=source,
        yaml="hparams/hump_cat.yaml",
        protocol="toy_share.yaml",
        has_report=True,
    )
    assert done.returncode == 0, done.stdout
    epochs = (data / name / "seed_1001" / "epochs.jsonl").read_text()
    phases = [json.loads(line)["phase"] for line in epochs.splitlines()]
    return json.loads((data / name / "report.json").read_text()), phases


@pytest.mark.slow
def test_missing_phase_is_reported(data):
    report, phases = train(data, "both")
    assert phases == ["source"] * 3 + ["target"] * 3
    assert report["ledger"]["target_labels"] == 4  # of each class
    assert set(report["missing_values"]) == {
        "train",
        "valid",
        "target_labelled",
        "test",
    }
    assert report["missing_values"]["test"]["n_utterances"] == 16
    # Toy voices have no pauses, so statistics of pauses are undefined.
    assert (
        "prosody.pause_s_mean" in report["missing_values"]["train"]["columns"]
    )
    assert [len(u["stages"]) for u in report["attention"]["utterances"]] == [
        *([2] * 4)
    ]
    assert [one["name"] for one in report["baselines"]] == ["linear", "svm"]
    page = (data / "both" / "report.html").read_text()
    assert "Missing values" in page and "Attention" in page


@pytest.mark.slow
def test_same_utterances_are_scored_with_and_without_source_or_target(data):
    def test_ids(name):
        path = data / name / "seed_1001" / "predictions" / "test.csv"
        with open(path, newline="") as file:
            return [row["id"] for row in csv.DictReader(file)]

    _, phases = train(data, "target", source=0)
    assert phases == ["target"] * 3
    report, phases = train(data, "none", "--target_labelled_fraction", "0")
    assert phases == ["source"] * 3
    assert report["ledger"]["target_labels"] == 0
    _, phases = train(data, "source", target=0)
    assert phases == ["source"] * 3
    assert test_ids("target") == test_ids("none") == test_ids("source")


@pytest.mark.slow
def test_linear_method_equals_linear_baseline(data):
    folder = data / "linear"
    done = toy.train(
        *(data, folder),
        yaml="hparams/linear.yaml",
        protocol="toy_share.yaml",
        has_report=True,
    )
    assert done.returncode == 0, done.stdout
    report = json.loads((folder / "report.json").read_text())
    assert report["ledger"]["target_labels"] == 4  # of each class
    method, baseline = (
        predictions.read(folder / "seed_1001" / path)
        for path in ("predictions/test.csv", "baselines/linear.csv")
    )
    difference = method.probabilities - baseline.probabilities
    assert abs(difference).max() < 1e-4


@pytest.mark.slow
def test_encoder_that_no_phase_trains_is_a_frozen_one(data):
    encoder = encoders.make(data / "hubert", "hubert_group")
    top = "--encoder", encoder, "--adapt", "top", "--top_layers", "1"
    _, phases = train(data, "unmoved", *top, target=0)
    assert phases == ["source"] * 3
    assert (data / "unmoved" / "model").is_dir()
    assert not list((data / "unmoved").rglob("extractor.ckpt"))
