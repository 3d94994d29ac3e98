"""Check coding conventions in the syntax trees of the sources."""

import ast

import pytest
from house.sources import PACKAGE, read

BROAD = {"Exception", "BaseException"}


def complaints(path, source):
    """List prints, broad excepts and silenced warnings of one file."""
    found = []
    for node in ast.walk(ast.parse(source)):
        where = f"{path}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called == "print":
                found.append(f"{where} prints; use the logger")
            if called.endswith(("filterwarnings", "simplefilter")) and any(
                isinstance(a, ast.Constant) and a.value == "ignore"
                for a in [*node.args, *(k.value for k in node.keywords)]
            ):
                found.append(f"{where} silences warnings")
        elif isinstance(node, ast.ExceptHandler):
            caught = {
                n.id
                for n in ast.walk(node.type or ast.Name("Exception"))
                if isinstance(n, ast.Name)
            }
            if caught & BROAD:
                found.append(f"{where} catches everything; name the error")
    return found


def raises_without_match(path, source):
    """List ``pytest.raises`` without ``match`` in one test file."""
    return [
        f"{path}:{node.lineno}: pytest.raises without match"
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "pytest.raises"
        and "match" not in {keyword.arg for keyword in node.keywords}
    ]


def test_package_follows_the_conventions():
    files = read(PACKAGE)
    assert [c for item in files.items() for c in complaints(*item)] == []


def test_expected_errors_are_matched_by_their_message():
    files = read("tests")
    found = [c for item in files.items() for c in raises_without_match(*item)]
    assert found == []


@pytest.mark.parametrize(
    "source, expected",
    [
        ("print('hello')", "prints"),
        ("try:\n    f()\nexcept Exception:\n    pass", "catches everything"),
        (
            "try:\n    f()\nexcept (OSError, BaseException):\n    pass",
            "catches",
        ),
        ("try:\n    f()\nexcept:\n    pass", "catches everything"),
        ("import warnings\nwarnings.filterwarnings('ignore')", "silences"),
        (
            "from warnings import simplefilter\nsimplefilter('ignore')",
            "silences",
        ),
        ("import warnings\nwarnings.simplefilter(action='ignore')", "silences"),
    ],
)
def test_violation_is_caught(source, expected):
    (text,) = complaints("a.py", source)
    assert expected in text


def test_named_error_and_stderr_are_allowed():
    source = "try:\n    f()\nexcept OSError as error:\n    sys.stderr.write(str(error))"
    assert complaints("a.py", source) == []


def test_raises_without_match_is_caught():
    source = "with pytest.raises(ValueError):\n    f()"
    assert raises_without_match("a.py", source) == [
        "a.py:1: pytest.raises without match"
    ]
