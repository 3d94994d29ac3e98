"""Check coding conventions in the syntax trees of the sources."""

import ast

import pytest
from house.sources import PACKAGE, read

BROAD = {"Exception", "BaseException"}
# Of a constructor; more belong into a frozen dataclass for each group.
MOST_PARAMETERS = 10
# Records: each field is a column of a table or a key of a file.
RECORDS = {
    "Card": "facts on a corpus, listed by `clser corpora`",
    "Ledger": "ledger.json",
    "Run": "contents of a run folder",
    "Take": "a row of the script of the demo corpus",
    "Utterance": "a row of a manifest",
}


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


def long_constructors(source):
    """List classes whose constructor has too many parameters."""
    found = {}
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.ClassDef):
            continue
        names = []
        if any("dataclass" in ast.unparse(d) for d in node.decorator_list):
            names = [n for n in node.body if isinstance(n, ast.AnnAssign)]
        for inner in node.body:
            if isinstance(inner, ast.FunctionDef) and inner.name == "__init__":
                given = inner.args
                names = [*given.posonlyargs, *given.args, *given.kwonlyargs][1:]
                names += [given.kwarg] if given.kwarg else []
        if len(names) > MOST_PARAMETERS:
            found[node.name] = len(names)
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


def test_constructors_have_few_parameters():
    found = {}
    for source in read(PACKAGE).values():
        found |= long_constructors(source)
    assert found.keys() == RECORDS.keys(), "group parameters in dataclasses"


NAMES = [f"x{n}" for n in range(11)]


@pytest.mark.parametrize(
    "source",
    [
        f"class A:\n def __init__(self, {', '.join(NAMES)}): pass",
        f"class A:\n def __init__(self, *, {', '.join(NAMES[1:])}, **x): pass",
        f"@dataclass\nclass A:\n {'; '.join(f'{n}: int' for n in NAMES)}",
    ],
)
def test_long_constructor_is_caught(source):
    assert long_constructors(source) == {"A": 11}


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
