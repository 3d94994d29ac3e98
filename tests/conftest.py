"""Configure all tests: offline, single-threaded, seeded, cached."""

import os
import random
import sys
from pathlib import Path

import numpy
import pytest

# The libraries read these variables at import, hence not in a fixture.
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["MPLBACKEND"] = "Agg"
os.environ.setdefault("OMP_NUM_THREADS", "1")
# Separate from the user's cache, but persistent: the demo corpus is synthesised
# once per machine, not once per run.
os.environ.setdefault(
    "CLSER_CACHE",
    str(Path.home() / ".cache" / "speechbrain_clser" / "tests"),
)

# Fast individually, but half of the total time: `make check` skips them.
SLOW = (
    "contract/test_corpora",
    "contract/test_extractors",
    "contract/test_protocols",
    "contract/test_served",
    "integration/test_fuzz",
    "unit/contrib/onnx",
    "unit/contrib/synthesis",
    "unit/corpora/test_demo",
    "unit/evaluation/plots",
    "unit/features/test_ssl",
    "unit/graphs/test_communities",
)


def pytest_collection_modifyitems(items):
    """Mark slow tests; skip tests whose requirements are missing."""
    for item in items:
        if item.nodeid.removeprefix("tests/").startswith(SLOW):
            item.add_marker(pytest.mark.slow)
        if item.get_closest_marker("gpu") and not _has_gpu():
            item.add_marker(pytest.mark.skip(reason="no CUDA device"))
        for marker in ("network", "corpora", "encoder", "browser"):
            variable = f"CLSER_{marker.upper()}"
            if item.get_closest_marker(marker) and not os.environ.get(variable):
                item.add_marker(
                    pytest.mark.skip(reason=f"{variable} is not set")
                )


def _has_gpu():
    import torch

    return torch.cuda.is_available()


@pytest.fixture(autouse=True)
def seeded():
    """Seed all generators, so that results do not depend on the order."""
    random.seed(0)
    numpy.random.seed(0)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(0)


@pytest.fixture
def corpora():
    """Return the folder of real corpora, for tests marked ``corpora``."""
    if not os.environ.get("CLSER_CORPORA"):
        pytest.skip("CLSER_CORPORA is not set")
    return Path(os.environ["CLSER_CORPORA"])
