"""Fixtures of a finished run with a report and a model folder."""

import json
import shutil

import pytest
from helpers.runs import make_run

from speechbrain_clser.evaluation import report
from speechbrain_clser.inference.readme import FOLDER
from speechbrain_clser.inference.select import FILE, select_training

README = f"""\
# Speech emotion recogniser: source_only

Classes, in the order of the probabilities: anger, happiness, sadness.

## Use

from_hparams("{FOLDER}")
"""
FILES = {
    "README.md": README.encode(),
    "hyperparams.yaml": b"classes: [anger, happiness, sadness]\n",
    "label_encoder.ckpt": b"'anger' => 0\n",
    "method.ckpt": bytes(range(256)) * 40,
}


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """Generate a run folder once."""
    folder = make_run(tmp_path_factory.mktemp("finished") / "run")
    report.build(folder)
    (folder / "model").mkdir()
    for name, content in FILES.items():
        (folder / "model" / name).write_bytes(content)
    of_best(folder)
    return folder


def of_best(run):
    """Write the provenance of the selected training into the model."""
    text = json.dumps(select_training(run).provenance())
    (run / "model" / FILE).write_text(text, encoding="utf-8")


@pytest.fixture
def run(finished, tmp_path):
    """Copy the run to change it."""
    return shutil.copytree(finished, tmp_path / "run")


@pytest.fixture
def output(run):
    """Read the report of the run."""
    return json.loads((run / "report.json").read_text(encoding="utf-8"))
