"""Pages of the site, also from files that lie outside of docs/, and their links."""

import json
import posixpath
import re

# Files of the repository that are pages, too.
PAGES = {
    "README.md": "index.md",
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "contributing.md",
    "benchmarks/results.md": "results.md",
    "docs/notebooks/quickstart.ipynb": "quickstart.md",
    "examples/browser/README.md": "tutorials/browser.md",
    "recipes/CrossLingualSER/README.md": "recipe.md",
    "recipes/CrossLingualSER/STUDIES.md": "studies.md",
}
SOURCES = {page: source for source, page in PAGES.items()}

# Code, which is kept, or a relative link: its text, target and anchor.
LINK = re.compile(
    r"^ *(?P<fence>```+).*?^ *(?P=fence)|`[^`\n]+`"
    r"|\[(?P<text>[^\[\]]*)\]\((?!\w+:|#|/)(?P<target>[^)\s#]+)(?P<anchor>#[^)\s]*)?\)",
    re.DOTALL | re.MULTILINE,
)


def read_page(path):
    """Read a page; the cells of a notebook become Markdown.

    Arguments
    ---------
    path : Path
        Of Markdown or a notebook.

    Returns
    -------
    str
        Markdown.
    """
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".ipynb":
        return text
    parts = [
        (cell["cell_type"], "".join(cell["source"]))
        for cell in json.loads(text)["cells"]
    ]
    return "\n\n".join(
        f"```python\n{part}\n```" if kind == "code" else part
        for kind, part in parts
    )


def rewrite_links(markdown, page, root):
    """Point relative links of a page to pages of the site.

    A link to a file that is no page becomes its text.

    Arguments
    ---------
    markdown : str
        Content of the page.
    page : str
        Path of the page, relative to ``docs``.
    root : Path
        Of the repository.

    Returns
    -------
    markdown : str
        With links between pages only.
    missing : list of str
        Targets that do not exist, relative to the repository.
    """
    missing = []
    source = posixpath.dirname(SOURCES.get(page, f"docs/{page}"))

    def replace(found):
        if found["target"] is None:
            return found[0]
        target = posixpath.normpath(posixpath.join(source, found["target"]))
        if not (root / target).exists():
            missing.append(target)
        if target not in PAGES and not target.startswith("docs/"):
            return found["text"]
        to = PAGES.get(target, target.removeprefix("docs/"))
        to = posixpath.relpath(to, posixpath.dirname(page) or ".")
        return f"[{found['text']}]({to}{found['anchor'] or ''})"

    return LINK.sub(replace, markdown), missing
