"""A synthetic recipe, and the results of a study."""

import json

import pytest
import yaml
from helpers import fake_recipe
from helpers.runs import make_run

from speechbrain_clser.benchmark import results, study
from speechbrain_clser.benchmark.runner import DONE, Setup


@pytest.fixture(scope="session")
def recipe(tmp_path_factory):
    """Return the folder of the recipe."""
    return fake_recipe.write(tmp_path_factory.mktemp("recipe"))


@pytest.fixture(scope="package")
def found(tmp_path_factory, recipe):
    """Return a study of two systems on two folds; a system and a fold have no run."""
    top = tmp_path_factory.mktemp("study")
    values = {
        "title": "A <b>",
        "systems": {
            "good": {"yaml": "linear"},
            "bad": {"yaml": "linear", "lr": 1},
            "none": {"yaml": "linear", "lr": 2},
        },
        "protocols": {
            "u": "emodb_to_urdu:share",
            "v": "emovo_to_urdu:share",
            "w": "ravdess_to_urdu:share",
        },
        "compare_with": ["bad"],
    }
    (top / "s.yaml").write_text(yaml.safe_dump(values))
    of = study.read(top / "s.yaml")
    setup, cells = Setup(top, "", top), of.cells(recipe)
    for cell in cells:
        if cell.system != "none" and "w" not in cell.folds:
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
