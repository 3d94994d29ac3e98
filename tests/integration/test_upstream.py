"""Test the recipe for SpeechBrain on the demo corpus."""

import json
import re
import subprocess
import sys

import pytest
import upstream_recipe as results
from helpers import toy

from speechbrain_clser.corpora import demo
from speechbrain_clser.evaluation import statistics

pytestmark = pytest.mark.slow

SOURCES = ("deu", "fin", "swh", "ind")
CORPORA = [
    *("--sources", json.dumps([f"demo_{name}" for name in SOURCES])),
    *("--targets", '["demo_tur"]'),
]
EPOCHS = ["--number_of_epochs", "5"]
# The network of that recipe: one layer on utterance statistics.
NETWORK = [
    *("--reduce", "statistics", "--n_conv", "0", "--n_attention", "0"),
    *("--normalise_by", "corpus", "--baselines", "[]", *EPOCHS),
]
TORCHRUN = ["-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Folder with the demo corpus, and room for the cached features."""
    folder = tmp_path_factory.mktemp("data")
    root = demo.default_root()
    list(demo.utterances(root))  # synthesised if needed
    (folder / "demo").symlink_to(root)
    return folder


def options(data, *more):
    return [*CORPORA, "--feature_folder", str(data / "features"), *more]


@pytest.mark.parametrize(
    "ours, yaml",
    [
        ("source_only", "source_only"),
        ("supcon_spkadv", "supcon"),
    ],
)
def test_score_is_within_the_interval_of_our_recipe(ours, yaml, data, tmp_path):
    done = subprocess.run(
        [
            *(sys.executable, "train.py", f"hparams/{ours}.yaml", *NETWORK),
            *("--output_folder", tmp_path / "ours", "--device", "cpu"),
            *("--cache_folder", tmp_path / "cache", "--noprogressbar"),
        ],
        cwd=toy.RECIPE,
        env=toy.environment(),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads((tmp_path / "ours" / "report.json").read_text())
    wanted = report["parts"]["test"]["scores"]["uar"]

    run = tmp_path / "run"
    results.train(yaml, run, data, *options(data, *EPOCHS, "--device", "cpu"))
    uar = statistics.estimate([results.count([run])]).value
    assert wanted["low"] <= uar <= wanted["high"]
    log = (run / "train_log.txt").read_text()
    assert re.findall(r"^epoch: (\d+)", log, re.MULTILINE) == [*"12345"]
    logged = re.search(r"test UAR: (\S+)", log)[1]
    assert float(logged) == pytest.approx(uar, abs=0.005)


def test_two_processes_finish_a_debug_run(data, tmp_path):
    done = subprocess.run(
        [
            *(sys.executable, *TORCHRUN, "train.py", "hparams/supcon.yaml"),
            *("--data_folder", data, "--output_folder", tmp_path),
            *options(data, "--debug", "--device", "cpu"),
            *("--distributed_backend", "gloo", "--noprogressbar"),
        ],
        cwd=results.RECIPE,
        env=toy.environment(),
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    log = (tmp_path / "train_log.txt").read_text()
    assert "epoch: 2" in log and "test UAR" in log
    assert not (tmp_path / "save").is_dir() or not any(
        (tmp_path / "save").iterdir()
    )
