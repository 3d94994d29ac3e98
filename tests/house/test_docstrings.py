"""Check the docstrings of public classes and functions."""

import ast
import re

import pytest
from house.sources import PACKAGE, read

HEADINGS = {
    "Arguments",
    "Attributes",  # of a NamedTuple, whose signature mkdocstrings does not see
    "Returns",
    "Yields",
    "Raises",
    "Source",
    "Note",
    "Example",
}

# Functions in these paths need an example.
WITH_EXAMPLE = ("losses/", "lobes/", "features/", "evaluation/metrics.py")


def public(tree):
    """Yield name and node of each public class, function and method."""
    for node in tree.body:
        if not isinstance(node, (ast.ClassDef, ast.FunctionDef)):
            continue
        if node.name.startswith("_"):
            continue
        yield node.name, node
        if isinstance(node, ast.ClassDef):
            for name, inner in public(node):
                yield f"{node.name}.{name}", inner


def sections(docstring):
    """Return the sections of a docstring, heading to text."""
    parts = re.split(r"^(\w[\w ]*)\n-{3,}\n?", docstring, flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def complaints(path, source):
    """List violations in the docstrings of one file."""
    tree, lines = ast.parse(source), source.splitlines()
    found = []
    if not ast.get_docstring(tree):
        found.append(f"{path} has no docstring")
    for name, node in public(tree):
        docstring = ast.get_docstring(node)
        if not docstring:
            found.append(f"{path}: {name} has no docstring")
            continue
        if not lines[node.body[0].lineno - 2].rstrip().endswith(":"):
            found.append(f"{path}: docstring of {name} is not on the next line")
        for heading, text in sections(docstring).items():
            if heading not in HEADINGS:
                found.append(f"{path}: {name} has a section {heading!r}")
            if not text.strip():
                found.append(f"{path}: {heading} of {name} is empty")
        wanted = path.startswith(WITH_EXAMPLE) and isinstance(
            node, ast.FunctionDef
        )
        if wanted and "." not in name and ">>> " not in docstring:
            found.append(f"{path}: {name} has no example")
    return found


@pytest.mark.parametrize("folder", [PACKAGE, "recipes"])
def test_public_docstrings_are_complete(folder):
    files = read(folder)
    assert files
    assert [c for item in files.items() for c in complaints(*item)] == []


GOOD = '''"""About this file."""


class Mean:
    """Average."""

    def forward(self, frames):
        """Average the frames.

        Returns
        -------
        torch.Tensor
        """

    def _private(self):
        pass


def mean(frames):
    """Average the frames.

    Example
    -------
    >>> mean([1.0])
    1.0
    """

    def nested():
        pass
'''


def test_good_docstrings_pass():
    assert complaints("lobes/mean.py", GOOD) == []


@pytest.mark.parametrize(
    "right, wrong, expected",
    [
        ('"""About this file."""', "", "lobes/mean.py has no docstring"),
        ('"""Average."""', "", "Mean has no docstring"),
        ("def _private", "def shown", "Mean.shown has no docstring"),
        ("class Mean:\n", "class Mean:\n\n", "Mean is not on the next line"),
        ("torch.Tensor\n", "\n", "Returns of Mean.forward is empty"),
        ("Example\n    ---", "Examples\n    ---", "has a section 'Examples'"),
        (">>> ", "", "mean has no example"),
    ],
)
def test_bad_docstring_is_caught(right, wrong, expected):
    assert right in GOOD
    (text,) = complaints("lobes/mean.py", GOOD.replace(right, wrong))
    assert expected in text
