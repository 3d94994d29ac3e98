import subprocess
import sys
from types import SimpleNamespace

import pytest
from helpers.commands import clser
from helpers.toy import RECIPE

from speechbrain_clser.benchmark import runner
from speechbrain_clser.commands import training


@pytest.mark.parametrize("name", ["sere", "sere.yaml", "hparams/sere.yaml"])
def test_training_runs_the_recipe_with_all_options(name, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)  # the repository has a folder hparams
    commands = []

    def run(command):
        commands.append(command)
        return SimpleNamespace(returncode=3)

    monkeypatch.setattr(training.subprocess, "run", run)
    options = ["--seeds", "3", "--loss_weights", "{a: 0.0}", "--debug"]
    assert clser("train", name, *options).exit_code == 3
    recipe = RECIPE.resolve()
    assert commands == [
        [
            *(sys.executable, str(recipe / "train.py")),
            *(str(recipe / "hparams" / "sere.yaml"), *options),
        ]
    ]


def test_own_yaml_is_given_by_its_path(tmp_path):
    path = tmp_path / "mine.yaml"
    path.touch()
    assert training.find(RECIPE, str(path)) == str(path)


def test_unknown_yaml_lists_the_shipped_ones():
    result = clser("train", "mine")
    assert result.exit_code == 1
    assert "mine: expected a YAML, found no such file" in result.stderr
    assert "dual_anchor" in result.stderr


def test_recipe_of_an_installed_package_is_found(tmp_path, monkeypatch):
    package = tmp_path / "speechbrain_clser"
    (package / "recipe" / "hparams").mkdir(parents=True)
    (package / "recipe" / "train.py").touch()
    (package / "__init__.py").touch()
    found = SimpleNamespace(__file__=str(package / "__init__.py"))
    monkeypatch.setattr(runner, "speechbrain_clser", found)
    monkeypatch.chdir(tmp_path)
    assert runner.find_recipe() == (package / "recipe").resolve()


@pytest.mark.slow
def test_error_of_the_recipe_is_shown_and_is_the_exit_status(tmp_path):
    done = subprocess.run(
        [
            *(sys.executable, "-m", "speechbrain_clser.cli", "train"),
            *("source_only", "--protocol", "no_such_protocol"),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1 and "no_such_protocol" in done.stderr
