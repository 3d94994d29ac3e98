"""The site has every page and no other, and its links resolve."""

import json
import re

import pytest
import yaml
from house.sources import ROOT

from docs.hooks.links import PAGES, read_page, rewrite_links
from speechbrain_clser import __version__


def listed(nav):
    """List the pages of a navigation in order."""
    if isinstance(nav, str):
        return [nav]
    below = nav.values() if isinstance(nav, dict) else nav
    return [page for item in below for page in listed(item)]


def differences(nav, pages):
    """List pages that are missing, in the navigation twice, or not at all."""
    found, pages = listed(nav), set(pages)
    return sorted(
        [f"{page}: no such page" for page in set(found) - pages]
        + [f"{page}: not in nav" for page in pages - set(found)]
        + [f"{page}: twice in nav" for page in found if found.count(page) > 1]
    )


def pages():
    """List the pages of docs/ and those that lie outside."""
    top = ROOT / "docs"
    own = [path.relative_to(top).as_posix() for path in top.rglob("*.md")]
    return [*own, *PAGES.values()]


def test_navigation_has_every_page_once():
    config = yaml.safe_load((ROOT / "mkdocs.yml").read_text("utf-8"))
    assert differences(config["nav"], pages()) == [], (
        "correct nav in mkdocs.yml"
    )


@pytest.mark.parametrize(
    "nav, found",
    [
        (["a.md", {"B": ["c/b.md"]}], []),
        (["a.md"], ["c/b.md: not in nav"]),
        (["a.md", "c/b.md", "d.md"], ["d.md: no such page"]),
        (["a.md", {"B": "c/b.md"}, "a.md"], ["a.md: twice in nav"] * 2),
    ],
)
def test_wrong_navigation_is_caught(nav, found):
    assert differences(nav, ["a.md", "c/b.md"]) == found


def test_pages_outside_of_docs_exist():
    assert [name for name in PAGES if not (ROOT / name).is_file()] == []


def test_every_yaml_of_the_recipe_has_a_page():
    names = (ROOT / "recipes/CrossLingualSER/hparams").glob("*.yaml")
    wanted = {path.stem for path in names}
    found = {path.stem for path in (ROOT / "docs/methods").glob("*.md")}
    assert found == wanted | {"index"}, "write a page in docs/methods"


def test_links_of_all_pages_exist():
    sources = {page: name for name, page in PAGES.items()}
    for page in pages():
        path = ROOT / sources.get(page, f"docs/{page}")
        _, missing = rewrite_links(read_page(path), page, ROOT)
        assert missing == [], f"{path} links to missing files"


@pytest.mark.parametrize(
    "page, text, expected",
    [
        ("index.md", "[a](docs/faq.md#x)", "[a](faq.md#x)"),
        ("how/ledger.md", "[a](../faq.md)", None),
        ("how/ledger.md", "[a](../../README.md)", "[a](../index.md)"),
        ("index.md", "[a](setup.py), `[b](setup.py)`", "a, `[b](setup.py)`"),
        ("index.md", "```\n[a](setup.py)\n```", None),
        ("index.md", "1. b\n   ```\n   [a](setup.py)\n   ```", None),
        ("index.md", "[a](https://b.org/c.md)", None),
    ],
)
def test_links_are_those_of_the_site(page, text, expected):
    assert rewrite_links(text, page, ROOT) == (expected or text, [])


def test_link_to_a_missing_file_is_reported():
    _, missing = rewrite_links("![a](../no.svg)", "how/ledger.md", ROOT)
    assert missing == ["docs/no.svg"]


def test_notebooks_have_no_outputs():
    found = {
        path.name: cell["outputs"]
        for path in (ROOT / "docs").rglob("*.ipynb")
        for cell in json.loads(path.read_text("utf-8"))["cells"]
        if cell["cell_type"] == "code"
        and (cell["outputs"] or cell["execution_count"])
    }
    assert not found, "jupyter nbconvert --clear-output --inplace <notebook>"


def test_notebook_becomes_markdown(tmp_path):
    cells = [("markdown", ["# A\n", "b"]), ("code", ["c = 1"])]
    cells = [{"cell_type": kind, "source": text} for kind, text in cells]
    (tmp_path / "a.ipynb").write_text(json.dumps({"cells": cells}))
    found = read_page(tmp_path / "a.ipynb")
    assert found == "# A\nb\n\n```python\nc = 1\n```"


def test_citation_has_the_version_of_the_package():
    text = (ROOT / "CITATION.cff").read_text("utf-8")
    assert re.findall(r"^version: (.*)$", text, re.MULTILINE) == [__version__]
