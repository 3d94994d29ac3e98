"""Run commands of ``clser``."""

import csv
import io
import logging

import pytest
from click.testing import CliRunner

from speechbrain_clser.cli import main


def clser(*arguments, **options):
    """Run a command."""
    return CliRunner().invoke(main, [*map(str, arguments)], **options)


def done(*arguments, **options):
    """Return the output of a command that must succeed."""
    result = clser(*arguments, **options)
    assert result.exit_code == 0, result.output
    return result.stdout


def rows(text):
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture(autouse=True)
def quiet():
    """Restore logging."""
    ours = logging.getLogger("speechbrain_clser")
    level = ours.level
    yield
    ours.setLevel(level)
