"""Find the parts and corpora that installed packages declare as entry points.

A package declares them in its ``pyproject.toml``::

    [project.entry-points."speechbrain_clser.parts"]
    "my_package.dann" = "my_package.dann"

    [project.entry-points."speechbrain_clser.corpora"]
    my_corpus = "my_package.my_corpus"

The value of a part is a module, for all classes that it defines, or one class. The
name of a corpus is that of its card, its value the module that reads it.
"""

import functools
import importlib
import importlib.util
import sys
from importlib import metadata

PARTS = "speechbrain_clser.parts"
CORPORA = "speechbrain_clser.corpora"


@functools.cache
def declared(group) -> tuple:
    """List the entry points of a group; no package is imported.

    Arguments
    ---------
    group : str
        ``PARTS`` or ``CORPORA``.

    Returns
    -------
    tuple of importlib.metadata.EntryPoint
        Of all packages that are installed when it is called first.

    Example
    -------
    >>> all(point.group == PARTS for point in declared(PARTS))
    True
    """
    return tuple(metadata.entry_points(group=group))


def describe(point) -> str:
    """Name the module of an entry point and the package that declares it.

    Arguments
    ---------
    point : importlib.metadata.EntryPoint
        Of an installed package.

    Returns
    -------
    str
        Such as ``"my_package.dann of my-package 0.1"``.
    """
    return f"{point.value} of {point.dist.name} {point.dist.version}"


def part(path):
    """Return a class that an installed package declares as a part of models.

    Arguments
    ---------
    path : str
        Dotted path of the class.

    Returns
    -------
    type or None
        None if no package declares it. Of a declared module, only classes that
        it defines itself count, not those that it imports.

    Raises
    ------
    ImportError
        If a package declares it and cannot be imported.

    Example
    -------
    >>> part("subprocess.Popen") is None
    True
    """
    module, _, name = path.rpartition(".")
    for point in declared(PARTS):
        is_class = point.value.replace(":", ".") == path
        if not module or not (is_class or point.value == module):
            continue
        try:
            found = getattr(importlib.import_module(module), name, None)
        except ImportError as error:
            raise ImportError(
                f"{path}: expected that {describe(point)} can be imported, "
                f"found {error}; install what the package needs"
            ) from error
        is_own = is_class or getattr(found, "__module__", "") == module
        if isinstance(found, type) and is_own and found.__name__ == name:
            return found
    return None


def advice(path) -> str:
    """Return what to install so that a model may contain a class.

    Arguments
    ---------
    path : str
        Dotted path of a class that ``part`` does not find.

    Returns
    -------
    str
        A clause of a message.

    Example
    -------
    >>> advice("not_there.dann.Dann")
    'the package not_there is not installed; if you trust its authors, install it'
    """
    package = path.partition(".")[0]
    if not package.isidentifier():
        return "a part needs a dotted path such as my_package.dann.Dann"
    if package in sys.modules or importlib.util.find_spec(package):
        return (
            f"the package {package} is installed, but no package declares "
            f"{path} as an entry point of {PARTS}"
        )
    return (
        f"the package {package} is not installed; if you trust its authors, "
        "install it"
    )
