"""A recipe whose train.py writes a synthetic run, and the results of a study."""

import json
import sys
from pathlib import Path

import pytest
import yaml
from helpers.runs import make_run

from speechbrain_clser.benchmark import results, study
from speechbrain_clser.benchmark.runner import DONE, Setup

TRAIN = """
import argparse, pathlib, sys, time
sys.path[:0] = {paths!r}
from helpers.runs import make_run
parser = argparse.ArgumentParser()
parser.add_argument("yaml")
parser.add_argument("--output_folder", type=pathlib.Path)
parser.add_argument("--skill", type=float, default=1.0)
parser.add_argument("--fail")
parser.add_argument("--sleep_s", type=float, default=0.0)
known, _ = parser.parse_known_args()
known.output_folder.mkdir(parents=True, exist_ok=True)
with open(known.output_folder / "starts", "a") as file:
    file.write("x")
time.sleep(known.sleep_s)
if known.fail:
    sys.exit("first line\\nexpected no failure, found " + known.fail)
make_run(known.output_folder, skill=known.skill, epochs=1)
"""


@pytest.fixture(scope="session")
def recipe(tmp_path_factory):
    """Return the folder of the recipe."""
    folder = tmp_path_factory.mktemp("recipe")
    (folder / "hparams").mkdir()
    paths = [str(Path(__file__).parents[2]), *filter(None, sys.path)]
    (folder / "train.py").write_text(TRAIN.format(paths=paths))
    return folder


@pytest.fixture(scope="package")
def found(tmp_path_factory):
    """Return a study of two systems on two folds, one cell without a run."""
    top = tmp_path_factory.mktemp("study")
    values = {
        "title": "A <b>",
        "systems": {
            "good": {"yaml": "linear"},
            "bad": {"yaml": "linear", "lr": 1},
            "none": {"yaml": "linear", "lr": 2},
        },
        "protocols": {"u": "emodb_to_urdu:share", "v": "emovo_to_urdu:share"},
        "compare_with": ["bad"],
    }
    (top / "s.yaml").write_text(yaml.safe_dump(values))
    of = study.read(top / "s.yaml")
    setup, cells = Setup(top, "", top), of.cells()
    for cell in cells:
        if cell.system != "none":
            folder = make_run(
                setup.folder(cell),
                skill=3.0 if cell.system == "good" else 0.3,
                n_target_speakers=6,
                epochs=1,
            )
            done = {"arguments": cell.arguments, "seconds": 2.0}
            (folder / DONE).write_text(json.dumps(done))
    failed = {cells[-1].name: "a\nexpected <x>"}
    return results.collect(of, cells, setup, failed), setup, cells
