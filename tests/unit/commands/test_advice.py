"""Test that advised options are accepted by the command."""

import logging
import re
import shlex

import pytest
from click.testing import CliRunner
from helpers import toy

from speechbrain_clser import cli
from speechbrain_clser.commands.advice import spelled_for


@pytest.fixture
def data(tmp_path):
    """Write toy corpora, one with a missing recording."""
    toy.make(tmp_path)
    (tmp_path / "south" / "s0_anger_0.wav").unlink()
    ours = logging.getLogger("speechbrain_clser")
    level = ours.level
    yield tmp_path
    ours.setLevel(level)


@pytest.mark.parametrize("command", ["prepare", "audit"])
def test_advised_option_is_accepted_by_the_command(data, command):
    typed = [
        *(command, "south" if command == "prepare" else f"{data}/toy.yaml"),
        *("--data-folder", str(data), "--manifests", str(data / "manifests")),
    ]
    refused = CliRunner().invoke(cli.main, typed)
    assert refused.exit_code == 1
    advised = re.search("leave them out with (.*)", refused.output).group(1)
    taken = CliRunner().invoke(cli.main, [*typed, *shlex.split(advised)])
    assert taken.exit_code == 0, taken.output


@pytest.mark.parametrize(
    "message, expected",
    [
        ("give --data_folder <folder>", "give --data-folder <folder>"),
        ("--allow_bad_files True.", "--allow-bad-files."),
        ("--allow_bad_files Truest", "--allow-bad-files Truest"),
        ("--data_folders, a--data_folder", "--data_folders, a--data_folder"),
        ("train.py --trials 3", "train.py --trials 3"),
    ],
)
def test_only_options_of_the_command_are_rewritten(message, expected):
    assert spelled_for(cli.main.commands["prepare"], message) == expected
