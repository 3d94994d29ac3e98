"""Words of an earlier private vocabulary do not come back."""

import re

import pytest
from house.sources import ROOT

WORDS = (
    *("told", "heard", "hears", "overheard", "somebody", "nobody"),
    *("everybody", "stranger", "strangers", "guest", "guests"),
    *("believed", "believes", "n_believed", "drawings", "forgets"),
    *("remember", "remembers", "knows", "wants", "meets", "stands"),
    *("afresh", "strays", "answer_of", "hub_answers", "hearing"),
    *("target_scored", "parts.scored", "parts.shots"),
)
# Part of a name, too: ``heard_share``, but not ``unheard``.
PATTERN = re.compile(rf"(?<![a-z])({'|'.join(WORDS)})(?![a-z])", re.IGNORECASE)
FOLDERS = ("speechbrain_clser", "recipes", "docs", "tests", "benchmarks")
# Old names that are still read, keys of files on disk, and history.
EXEMPT = {
    "speechbrain_clser/deprecation.py",
    "tests/integration/test_legacy.py",
    "tests/unit/test_deprecation.py",
    "tests/house/test_vocabulary.py",
}
KEYS = re.compile(r"(believed|heard)_share=|`target_scored`")


def texts():
    """Python, Markdown and YAML files with their paths below the root."""
    paths = [path for name in FOLDERS for path in (ROOT / name).rglob("*")]
    for path in [*paths, *ROOT.glob("*.md"), *ROOT.glob("*.py")]:
        name = path.relative_to(ROOT).as_posix()
        is_own = "results" not in path.parts and "legacy" not in path.parts
        if path.suffix in (".py", ".md", ".yaml", ".j2") and is_own:
            if name not in EXEMPT | {"CHANGELOG.md"}:
                yield name, path.read_text(encoding="utf-8")


def old_words(text):
    """List the old words of a text with their line numbers."""
    return [
        (number, found[1])
        for number, line in enumerate(text.splitlines(), start=1)
        for found in PATTERN.finditer(KEYS.sub("", line))
    ]


def test_old_words_do_not_come_back():
    found = [
        f"{name}:{number}: {word}"
        for name, text in texts()
        for number, word in old_words(text)
    ]
    assert found == []


@pytest.mark.parametrize(
    "text, n_found",
    [
        ("what it Heard", 1),
        ("heard_share: 0.5\ntold", 2),
        ("believed_share=0, unheard, outstands", 0),
    ],
)
def test_words_are_found_in_names_and_prose(text, n_found):
    assert len(old_words(text)) == n_found
