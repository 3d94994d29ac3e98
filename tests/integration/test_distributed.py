"""Test training with two processes."""

import collections
import csv
import json
import re
import sys

import pytest
import torch
from helpers import encoders, toy

# One YAML of each class of methods: the processes run the same code for the others.
YAMLS = {
    re.search(r"\nmethod: !new:(\S+)", path.read_text(encoding="utf-8"))[
        1
    ]: path
    for path in sorted((toy.RECIPE / "hparams").glob("*.yaml"))
}.values()
# Methods with unlabelled utterances, and the options that toy corpora need.
ADAPTING = {
    "capsule_mdd": [],
    "dual_anchor": ["--phones", "units", "--n_unlabelled", "8"],
    "sere": ["--n_unlabelled", "8"],
    "pseudo_label": [],
}
TORCHRUN = [
    *(sys.executable, "-m", "torch.distributed.run"),
    *("--standalone", "--nproc_per_node=2"),
]
# The toy corpus has one language, so batches have at most one.
CELLS = ["--hierarchical_sampling", "{languages: 1, classes: 4, utterances: 1}"]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Return the folder of toy corpora."""
    folder = tmp_path_factory.mktemp("toy")
    toy.make(folder, n_speakers=5)
    return folder


def target_uar(folder):
    """Compute the UAR of the first seed on the target."""
    path = folder / "seed_1001" / "predictions" / "test.csv"
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file))
    right = collections.defaultdict(list)
    for row in rows:
        right[row["target"]].append(row["target"] == row["predicted"])
    return sum(sum(of) / len(of) for of in right.values()) / len(right)


@pytest.mark.slow
def test_two_processes_adapt_an_encoder_with_hierarchical_batches(data):
    encoders.make(data / "hubert", "hubert_group")
    done = toy.train(
        *(data, data / "adapted", "--encoder", str(data / "hubert")),
        *("--adapt", "lora", "--distributed_backend", "gloo"),
        *(
            "--hierarchical_sampling",
            "{languages: 2, classes: 2, utterances: 2}",
        ),
        protocol="toy_two_sources.yaml",
        yaml="hparams/supcon_spkadv.yaml",
        launcher=TORCHRUN,
        epochs=2,
    )
    assert done.returncode == 0, done.stdout
    save = data / "adapted" / "seed_1001" / "save"
    kept = [torch.load(path) for path in save.rglob("extractor.ckpt")]
    assert kept and all(
        tensor.isfinite().all() and tensor.any()
        for state in kept
        for tensor in state.values()
    )
    losses = (data / "adapted" / "seed_1001" / "epochs.jsonl").read_text()
    output = [json.loads(line) for line in losses.splitlines()]
    # Every batch needs two languages for the contrast.
    assert all(epoch["train_supcon"] > 0 for epoch in output)


@pytest.mark.slow
def test_error_in_one_of_two_processes_is_shown_and_ends_both(data):
    done = toy.train(
        *(data, data / "failed", "--distributed_backend", "gloo"),
        protocol="emodb_to_urdu",
        launcher=TORCHRUN,
    )
    assert done.returncode == 1
    assert "[rank: 0] Error: protocol 'emodb_to_urdu': 2 of 2" in done.stdout
    assert not (data / "failed").exists()


@pytest.mark.slow
def test_two_processes_finish_a_debug_run(data):
    done = toy.train(
        *(data, data / "debug", "--debug", "--distributed_backend", "gloo"),
        launcher=TORCHRUN,
    )
    assert done.returncode == 0, done.stdout
    epochs = data / "debug" / "debug" / "seed_1001" / "epochs.jsonl"
    assert len(epochs.read_text().splitlines()) == 2


@pytest.mark.slow
@pytest.mark.parametrize("name", ADAPTING)
def test_two_processes_adapt(data, name):
    done = toy.train(
        *(data, data / name, *CELLS, *ADAPTING[name]),
        *("--distributed_backend", "gloo"),
        protocol="toy_unlabelled.yaml",
        yaml=f"hparams/{name}.yaml",
        launcher=TORCHRUN,
        epochs=4,
    )
    assert done.returncode == 0, done.stdout
    assert target_uar(data / name) >= 0


def train(data, folder, yaml, launcher):
    """Train on separable toy corpora and return the UAR on the target."""
    has_cells = "hierarchical_sampling:" in yaml.read_text(encoding="utf-8")
    done = toy.train(
        *(data, folder, *(CELLS if has_cells else []), "--lr", "0.01"),
        *(["--distributed_backend", "gloo"] if launcher else []),
        yaml=f"hparams/{yaml.name}",
        launcher=launcher,
        epochs=12,
        dim=16,
    )
    assert done.returncode == 0, done.stdout
    return target_uar(folder)


@pytest.mark.slow
@pytest.mark.parametrize(
    "yaml",
    [path for path in YAMLS if path.stem not in {*ADAPTING, "linear"}],
    ids=lambda path: path.stem,
)
def test_two_processes_train(data, yaml):
    folder = data / f"{yaml.stem}_two"
    assert train(data, folder, yaml, TORCHRUN) > 0.7
    # Written once, by the main process.
    lines = (folder / "seed_1001" / "epochs.jsonl").read_text()
    epochs = [json.loads(line) for line in lines.splitlines()]
    first = [e["epoch"] for e in epochs if e["phase"] == epochs[0]["phase"]]
    assert first == [*range(1, 13)]


@pytest.mark.slow
def test_one_process_scores_as_two_did(data):
    yaml = toy.RECIPE / "hparams/source_only.yaml"
    one = train(data, data / "one", yaml, [])
    two = data / "source_only_two"
    if not two.exists():
        train(data, two, yaml, TORCHRUN)
    assert abs(one - target_uar(two)) <= 0.2


@pytest.mark.slow
def test_two_processes_fit_the_linear_classifier_of_one(data):
    found = []
    for name, launcher in (("linear_one", []), ("linear_two", TORCHRUN)):
        done = toy.train(
            *(data, data / name),
            *(["--distributed_backend", "gloo"] if launcher else []),
            yaml="hparams/linear.yaml",
            launcher=launcher,
        )
        assert done.returncode == 0, done.stdout
        path = data / name / "seed_1001" / "predictions" / "test.csv"
        found.append(path.read_text())
    assert found[0] == found[1]
