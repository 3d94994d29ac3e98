"""Read source files for the house tests without importing them."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = "speechbrain_clser"


def read(folder):
    """Read every Python file under a folder of the repository.

    Arguments
    ---------
    folder : str
        Relative to the top of the repository.

    Returns
    -------
    dict
        Path relative to ``folder``, with slashes, to source text.
    """
    top = ROOT / folder
    return {
        path.relative_to(top).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(top.rglob("*.py"))
    }


def module_name(path):
    """Convert a path to a dotted name; packages end with ``.__init__``.

    Example
    -------
    >>> module_name("data/splits.py")
    'data.splits'
    """
    return path.removesuffix(".py").replace("/", ".")


def imports(path, source, package=PACKAGE):
    """List the imports of a file, also inside functions, relative ones resolved.

    Arguments
    ---------
    path : str
        Path of the file, relative to the package.
    source : str
        Source text.
    package : str
        Name of the package of the file.

    Returns
    -------
    list of str
        Dotted names: ``from a import b`` gives ``a.b``, whether or not ``b`` is
        a module.

    Example
    -------
    >>> imports("data/splits.py", "from . import protocol; import torch.nn")
    ['speechbrain_clser.data.protocol', 'torch.nn']
    """
    here = [package, *path.split("/")[:-1]]
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = here[: len(here) + 1 - node.level] if node.level else []
            base += node.module.split(".") if node.module else []
            found += [".".join([*base, alias.name]) for alias in node.names]
    return found
