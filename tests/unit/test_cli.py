import importlib
import subprocess
import sys

import click
import pytest
from helpers.commands import clser, done, quiet  # noqa: F401
from house.sources import ROOT

from speechbrain_clser import cli
from speechbrain_clser.cli import main

COMMANDS = sorted(main.commands)


@pytest.mark.parametrize(
    "place, arguments",
    [
        ("inference.source.locate", ["predict", "model", "a.wav"]),
        ("corpora.load", ["prepare", "demo"]),
        (
            "commands.layers.probe",
            ["layers", "--encoder", "x", "--protocol", "demo"],
        ),
    ],
)
def test_interrupt_is_one_line_and_130(monkeypatch, place, arguments):
    def stop(*_, **__):
        raise KeyboardInterrupt

    module, name = place.rsplit(".", 1)
    module = importlib.import_module(f"speechbrain_clser.{module}")
    monkeypatch.setattr(module, name, stop)
    result = clser(*arguments)
    assert result.exit_code == 130
    (line,) = result.stderr.splitlines()
    assert line.startswith("Interrupted; run the same")


def test_help_does_not_import_heavy_packages():
    code = (
        "import sys\nfrom speechbrain_clser.cli import main\n"
        "main(['--help'], standalone_mode=False)\n"
        "assert not {'torch', 'numpy', 'speechbrain', 'yaml'} & {*sys.modules}"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert "Recognise emotions in speech" in run.stdout


def test_module_is_executable():
    run = subprocess.run(
        [sys.executable, "-m", "speechbrain_clser.cli", "--version"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert run.stdout.startswith("clser, version ")


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command_has_an_example(name):
    text = done(name, "--help")
    assert f"Example:  clser {name}" in text
    assert main.commands[name].get_short_help_str()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_has_help(name):
    for parameter in main.commands[name].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name


def test_commands_are_listed_in_order():
    text = done("--help")
    places = [text.index(f"\n  {name} ") for name in main.commands]
    assert places == sorted(places)


@pytest.mark.parametrize(
    "error, shown",
    [
        (ValueError("expected 1, got 2"), "expected 1, got 2"),
        (KeyError("expected one of a, b"), "expected one of a, b"),
        (FileNotFoundError(2, "No such file", "x"), "No such file: 'x'"),
        (ModuleNotFoundError("pip install x"), "pip install x"),
        (ValueError(), "ValueError"),
    ],
)
def test_expected_errors_are_shown_without_traceback(monkeypatch, error, shown):
    def complain(context):
        raise error

    monkeypatch.setattr(main.commands["doctor"], "invoke", complain)
    result = clser("doctor")
    assert result.exit_code == 1
    assert shown in result.stderr
    assert result.stderr.startswith("Error: ")
    assert "Traceback" not in result.stderr
    assert clser("--traceback", "doctor").exception is error


def test_unexpected_error_has_traceback(monkeypatch):
    monkeypatch.setattr(main.commands["doctor"], "invoke", lambda c: 1 / 0)
    assert isinstance(clser("doctor").exception, ZeroDivisionError)


def test_broken_pipe_is_not_an_error_message(monkeypatch):
    def complain(context):
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(main.commands["doctor"], "invoke", complain)
    assert "Error" not in clser("doctor").output


def test_package_does_not_import_cli():
    assert cli.__doc__.startswith("Command-line interface")


def test_control_characters_in_names_are_escaped(monkeypatch, caplog):
    """In errors, tables and logs."""
    error = clser("predict", "no\x1b[2Jthing", "a.wav")
    table = [["name"], ["a\x1b[2J"]]
    monkeypatch.setattr(
        "speechbrain_clser.commands.overview.corpora_table", lambda: table
    )
    for result in (error, clser("corpora")):
        assert "\x1b" not in result.output and r"\x1b[2J" in result.output


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
    assert cli.spelled_for(main.commands["prepare"], message) == expected
