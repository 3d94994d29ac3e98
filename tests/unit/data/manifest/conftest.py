"""Fixtures: a corpus of four recordings and a manifest folder."""

import pytest
from helpers import four


@pytest.fixture
def root(tmp_path):
    """Folder with the four recordings of the toy corpus."""
    return four.make(tmp_path / "toy")


@pytest.fixture
def shelf(tmp_path):
    """Manifest folder."""
    return tmp_path / "manifests"


@pytest.fixture
def damaged(root):
    """The toy corpus with one silent and one truncated recording."""
    four.silence(root / "ann_hi_1.wav")
    path = root / "bob_lo_4.wav"
    path.write_bytes(path.read_bytes()[:-100])
    return root
