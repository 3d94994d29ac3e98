"""Check that evaluation names no method and none of its diagnostics."""

import re

import pytest
from house.sources import read

WORDS = ("anchor", "communit", "resonan", "field", "highlight", "attention")
WORDS += ("pseudo_label", "pseudo-label")
PATTERN = re.compile("|".join(WORDS), re.IGNORECASE)
# Names of Python and matplotlib.
PLAIN = re.compile(r"dataclasses\.fields?|bbox_to_anchor")


def diagnostics_named(source):
    """List words of methods in a source, with the numbers of their lines."""
    return [
        (number, found[0])
        for number, line in enumerate(source.splitlines(), start=1)
        for found in PATTERN.finditer(PLAIN.sub("", line))
    ]


def test_evaluation_names_no_method():
    found = [
        f"evaluation/{path}:{number}: {word}; move it to the package of the method"
        for path, source in read("speechbrain_clser/evaluation").items()
        for number, word in diagnostics_named(source)
    ]
    assert found == []


@pytest.mark.parametrize(
    "source, n_found",
    [
        ("from .sections import anchoring", 1),
        ('a = 1\nreport["Attention"]', 1),
        ("notes: dict = dataclasses.field(default_factory=dict)", 0),
    ],
)
def test_words_of_methods_are_caught(source, n_found):
    assert len(diagnostics_named(source)) == n_found
