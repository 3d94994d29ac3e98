"""Reports for the figures."""

import pytest
from helpers.runs import make_run

from speechbrain_clser.evaluation import report


@pytest.fixture
def plain(tmp_path):
    """Return the report of a run without limitations."""
    return report.build(make_run(tmp_path))
