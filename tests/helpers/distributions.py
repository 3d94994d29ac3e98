"""Install a fake distribution: a package and its entry points, without pip."""

import contextlib
import importlib
import sys

from speechbrain_clser import entry_points


def write(folder, files, groups, name="my_package", version="0.1"):
    """Write a package with the metadata of an installed one.

    Arguments
    ---------
    folder : Path
        To be put on ``sys.path``.
    files : dict
        Path in ``folder`` to text.
    groups : dict
        Entry-point group to a mapping, name to value.
    name, version : str
        Of the distribution.

    Returns
    -------
    Path
        ``folder``.
    """
    lines = [
        line
        for group, points in groups.items()
        for line in (f"[{group}]", *(f"{k} = {v}" for k, v in points.items()))
    ]
    info = f"{name}-{version}.dist-info"
    metadata = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
    for path, text in {
        **files,
        f"{info}/METADATA": metadata,
        f"{info}/entry_points.txt": "\n".join(lines) + "\n",
    }.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


@contextlib.contextmanager
def installed(folder, files, groups, **options):
    """Put such a distribution on ``sys.path``, and remove it at the end."""
    package = options.get("name", "my_package")
    sys.path.insert(0, str(write(folder, files, groups, **options)))
    _forget(package)
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        _forget(package)


def _forget(package):
    """Let the next import find the package anew."""
    importlib.invalidate_caches()
    entry_points.declared.cache_clear()
    for module in [m for m in sys.modules if m.partition(".")[0] == package]:
        del sys.modules[module]
