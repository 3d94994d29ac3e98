"""Hooks of MkDocs: pages from outside of docs/, their links, and equations."""

from pathlib import Path

from latex2mathml.converter import convert
from links import PAGES, read_page, rewrite_links
from mkdocs.plugins import get_plugin_logger
from mkdocs.structure.files import File

log = get_plugin_logger(__name__)


def on_config(config):
    """Render fences of the language math as MathML, as GitHub renders them."""
    fences = config.mdx_configs.setdefault("pymdownx.superfences", {})
    fences["custom_fences"] = [
        {"name": "math", "class": "math", "format": _equation}
    ]
    return config


def on_files(files, config):
    """Add the pages that lie outside of docs/."""
    root = Path(config.config_file_path).parent
    for source, page in PAGES.items():
        files.append(
            File.generated(config, page, abs_src_path=str(root / source))
        )
    return files


def on_page_read_source(page, config):
    """Return the source of a page as Markdown."""
    return read_page(Path(page.file.abs_src_path))


def on_page_markdown(markdown, page, config, files):
    """Rewrite the links of a page, and warn of those to missing files."""
    path = page.file.src_uri
    root = Path(config.config_file_path).parent
    markdown, missing = rewrite_links(markdown, path, root)
    for target in missing:
        log.warning("%s links to %s, which does not exist", path, target)
    return markdown


def _equation(source, *_, **__):
    """Convert LaTeX to a block of MathML."""
    equation = convert(source, display="block")
    return f'<div class="math" style="overflow-x: auto">{equation}</div>'
