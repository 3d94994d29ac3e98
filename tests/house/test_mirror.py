"""Check that every module has a test module under tests/unit."""

import ast
from pathlib import PurePosixPath

from house.sources import PACKAGE, read


def unit_test_path(path):
    """Return the path of the test module, relative to tests/unit.

    Example
    -------
    >>> unit_test_path("corpora/_names.py")
    'corpora/test_names.py'
    """
    path = PurePosixPath(path)
    return str(path.with_name(f"test_{path.name.lstrip('_')}"))


def has_code(source):
    """Return whether a module defines functions or classes."""
    defined = (ast.FunctionDef, ast.ClassDef)
    return any(isinstance(node, defined) for node in ast.parse(source).body)


def has_test(source):
    """Return whether a file contains a test."""
    return any(
        isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        for node in ast.walk(ast.parse(source))
    )


def missing(modules, tests):
    """List missing or empty test modules; arguments are ``{path: source}``."""
    wanted = [
        unit_test_path(path)
        for path, source in modules.items()
        if not path.endswith("__init__.py")
        and (has_code(source) or not PurePosixPath(path).name.startswith("_"))
    ]
    return [path for path in wanted if not has_test(tests.get(path, ""))]


def test_every_module_has_a_test_module():
    assert missing(read(PACKAGE), read("tests/unit")) == []


def test_missing_test_module_is_caught():
    assert missing({"data/splits.py": ""}, {}) == ["data/test_splits.py"]


def test_test_module_without_a_test_is_caught():
    tests = {"data/test_splits.py": "import pytest"}
    assert missing({"data/splits.py": ""}, tests) == ["data/test_splits.py"]


def test_test_module_is_found():
    tests = {"data/test_splits.py": "def test_it():\n    assert 1"}
    assert missing({"data/splits.py": "", "data/__init__.py": ""}, tests) == []


def test_private_module_with_definitions_needs_a_test_module():
    assert missing({"corpora/_words.py": "A = 1"}, {}) == []
    assert missing({"corpora/_words.py": "def f(): ..."}, {}) == [
        "corpora/test_words.py"
    ]
