"""Reports to draw."""

import pytest
from helpers.runs import make_run

from speechbrain_clser.evaluation import report


@pytest.fixture
def plain(tmp_path):
    """The report of a run with nothing odd about it."""
    return report.build(make_run(tmp_path))
