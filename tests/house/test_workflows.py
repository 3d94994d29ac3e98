"""The workflows call targets that exist, on the Pythons that setup.py allows."""

import re

import pytest
import yaml
from house.sources import ROOT
from house.test_dependencies import setup_arguments
from packaging.specifiers import SpecifierSet

FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def steps(path):
    """Return all steps of a workflow."""
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"].values()
    return [step for job in jobs for step in job["steps"]]


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_targets_of_make_exist(path):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    called = " ".join(step.get("run", "") for step in steps(path))
    for target in re.findall(r"\bmake (\w+)", called):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_all_supported_pythons_are_tested(monkeypatch):
    path = ROOT / ".github" / "workflows" / "tests.yml"
    jobs = yaml.safe_load(path.read_text(encoding="utf-8"))["jobs"]
    tested = jobs["tests"]["strategy"]["matrix"]["python-version"]
    allowed = SpecifierSet(setup_arguments(monkeypatch)["python_requires"])
    every = [f"3.{minor}" for minor in range(20)]
    assert tested == [version for version in every if version in allowed]


def test_linters_have_the_versions_of_the_tests(monkeypatch):
    pinned = setup_arguments(monkeypatch)["extras_require"]["test"]
    pinned = {need for need in pinned if "==" in need}
    path = ROOT / ".github" / "workflows" / "tests.yml"
    called = " ".join(step.get("run", "") for step in steps(path))
    assert set(re.findall(r"\S+==\S+", called)) == pinned
