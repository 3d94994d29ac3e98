"""Check that every module with logic has a test module under tests/unit."""

import ast
from pathlib import PurePosixPath

import pytest
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


LOGIC = (
    *(ast.If, ast.IfExp, ast.BoolOp, ast.Compare, ast.Match, ast.Try),
    *(ast.For, ast.While, ast.comprehension, ast.BinOp, ast.AugAssign),
)


def has_logic(source):
    """Return whether a function of a module has a branch, a loop or arithmetic."""
    return any(
        isinstance(node, LOGIC)
        for function in ast.walk(ast.parse(source))
        if isinstance(function, ast.FunctionDef)
        for statement in function.body
        for node in ast.walk(statement)
    )


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
        if not path.endswith("__init__.py") and has_logic(source)
    ]
    return [path for path in wanted if not has_test(tests.get(path, ""))]


LOOP = "def f(a):\n    for b in a:\n        print(b)"


def test_every_module_with_logic_has_a_test_module():
    assert missing(read(PACKAGE), read("tests/unit")) == []


def test_missing_test_module_is_caught():
    assert missing({"data/splits.py": LOOP}, {}) == ["data/test_splits.py"]


def test_test_module_without_a_test_is_caught():
    tests = {"data/test_splits.py": "import pytest"}
    assert missing({"data/splits.py": LOOP}, tests) == ["data/test_splits.py"]


def test_test_module_is_found():
    tests = {"data/test_splits.py": "def test_it():\n    assert 1"}
    assert (
        missing({"data/splits.py": LOOP, "data/__init__.py": LOOP}, tests) == []
    )


@pytest.mark.parametrize(
    ("source", "is_wanted"),
    [
        ("A = 1 + 2", False),
        ("def f(a: str | int = 1 - 2):\n    return print(a)", False),
        ("class A:\n    b: int", False),
        (LOOP, True),
        ("class A:\n    def f(self):\n        return self.a + 1", True),
        ("def f(a):\n    return [b for b in a]", True),
        ("def f(a):\n    return a or 1", True),
    ],
)
def test_modules_with_logic_need_a_test_module(source, is_wanted):
    found = missing({"corpora/_words.py": source}, {})
    assert found == ["corpora/test_words.py"] * is_wanted
