"""Run a study from the command line: plan, leaderboard and exit status."""

import pytest
import yaml
from click.testing import CliRunner
from helpers import fake_recipe

from speechbrain_clser.cli import main

STUDY = {
    "systems": {"s": {"yaml": "linear"}, "t": {"yaml": "linear", "fail": "x"}},
    "protocols": {"u": "emodb_to_urdu"},
    "compare_with": ["s"],
}


@pytest.fixture
def study(tmp_path):
    """Return the arguments of a study of which a system fails."""
    path = tmp_path / "study.yaml"
    path.write_text(yaml.safe_dump(STUDY))
    (tmp_path / "recipe").mkdir()
    recipe = fake_recipe.write(tmp_path / "recipe")
    places = ["--recipe", str(recipe), "--out", str(tmp_path / "out")]
    return ["benchmark", str(path), *places]


def test_a_study_is_planned_run_and_planned_again(study, tmp_path):
    plan = CliRunner().invoke(main, [*study, "--dry-run"])
    assert "to run    s/acoustic/u" in plan.stdout
    assert "2 of 2 runs to run; time unknown" in plan.stdout
    assert not (tmp_path / "out").exists()
    done = CliRunner().invoke(main, study)
    assert done.exit_code == 1
    assert "t/acoustic/u failed\nfirst line\nexpected no failure" in done.stdout
    assert (tmp_path / "out" / "leaderboard.html").is_file()
    again = CliRunner().invoke(main, [*study, "--dry-run", "--jobs", "2"])
    assert "finished  s/acoustic/u" in again.stdout
    assert "1 of 2 runs to run; about 0 min with --jobs 2" in again.stdout


@pytest.mark.parametrize(
    "options, message",
    [
        (["--encoder", "acoustic"], "--encoder: expected NAME=VALUE"),
        (["--encoder", "x=y"], "there is no 'x' to replace"),
        (["--job-option", "=3"], "--job-option: expected NAME=VALUE"),
    ],
)
def test_wrong_options_are_refused(study, options, message):
    refused = CliRunner().invoke(main, [*study, *options])
    assert refused.exit_code != 0
    assert message in refused.output
    assert "Traceback" not in refused.output
