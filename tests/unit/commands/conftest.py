"""Provide a model and toy corpora; restore logging."""

import pytest
from helpers import served, toy
from helpers.commands import quiet  # noqa: F401


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model with the built-in encoder, and recordings."""
    return served.make(tmp_path_factory.mktemp("model"))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Folder of the toy corpora."""
    folder = tmp_path_factory.mktemp("toy")
    toy.make(folder)
    return folder
