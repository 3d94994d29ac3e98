"""Check that options and commands in messages exist."""

import ast
import re

import pytest
from house.sources import ROOT, read
from speechbrain.utils.run_opts import RunOptions

from speechbrain_clser.cli import main

# Options of pip, uv and git, and invalid options in messages about mistakes.
OF_OTHERS = {
    *("force-reinstall", "index-url", "always", "abbrev", "exclude", "dirty"),
}
OPTION = re.compile(r"(?<![\w-])--([a-z][\w-]*)")
COMMAND = re.compile(r"`clser ([a-z-]+)")


def messages():
    """Yield place and text of all strings that are not docstrings."""
    for path, source in read("speechbrain_clser").items():
        tree = ast.parse(source)
        docs = {
            id(node.body[0].value)
            for node in ast.walk(tree)
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
            and node.body
            and isinstance(node.body[0], ast.Expr)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and id(node) not in docs:
                if isinstance(node.value, str):
                    yield f"{path}:{node.lineno}", node.value


@pytest.fixture(scope="module")
def options():
    """Collect all options of ``clser``, ``train.py`` and SpeechBrain."""
    found = {*RunOptions().keys(), "help", "version", "traceback"}
    for command in main.commands.values():
        for option in command.params:
            found |= {name.removeprefix("--") for name in option.opts}
    for path in (ROOT / "recipes/CrossLingualSER/hparams").glob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        found |= {*re.findall(r"^(\w+):", text, flags=re.MULTILINE)}
    return found


def test_every_option_that_a_message_names_exists(options):
    strange = {
        where: name
        for where, text in messages()
        for name in OPTION.findall(text)
        if name not in options | OF_OTHERS
    }
    assert not strange, f"name an option that exists: {strange}"


def test_every_command_that_a_message_names_exists():
    strange = {
        where: name
        for where, text in messages()
        for name in COMMAND.findall(text)
        if name not in main.commands
    }
    assert not strange, f"name a command that exists: {strange}"
