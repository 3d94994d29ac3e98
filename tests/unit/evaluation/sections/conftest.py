"""Reports for the sections, each built once."""

import copy

import pytest
from helpers.anchored import anchor
from helpers.runs import make_run

from speechbrain_clser.evaluation import report


@pytest.fixture(scope="session")
def of_plain_run(tmp_path_factory):
    return report.build(make_run(tmp_path_factory.mktemp("plain")))


@pytest.fixture(scope="session")
def of_anchored_run(tmp_path_factory):
    return report.build(anchor(make_run(tmp_path_factory.mktemp("anchored"))))


@pytest.fixture
def plain(of_plain_run):
    """Return the report of a run without limitations."""
    return copy.deepcopy(of_plain_run)


@pytest.fixture
def anchored(of_anchored_run):
    """Return the report of a run with dual anchoring."""
    return copy.deepcopy(of_anchored_run)
