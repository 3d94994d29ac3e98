"""Build the paths of manifest files and of recordings within a manifest."""

from pathlib import Path


def within(root: Path, file) -> str:
    """Return a path relative to the root, with forward slashes.

    Arguments
    ---------
    root : Path
        Corpus folder.
    file : str or Path
        Path of a recording.

    Returns
    -------
    str
        The unchanged path if it is outside of the root.

    Example
    -------
    >>> within(Path("/emodb"), "/emodb/wav/03a01Fa.wav")
    'wav/03a01Fa.wav'
    >>> within(Path("/emodb"), "/urdu/SM1.wav")
    '/urdu/SM1.wav'
    """
    file = Path(file)
    return (
        file.relative_to(root).as_posix()
        if file.is_relative_to(root)
        else file.as_posix()
    )


def report_of(path: Path) -> Path:
    """Return the path of the report of a manifest.

    Arguments
    ---------
    path : Path
        Path of the manifest.

    Returns
    -------
    Path
        The file may not exist.

    Example
    -------
    >>> report_of(Path("emodb.csv")).name
    'emodb.json'
    """
    return path.with_name(f"{path.stem}.json")


def phones_of(path: Path) -> Path:
    """Return the path of the phones of a manifest.

    Arguments
    ---------
    path : Path
        Path of the manifest.

    Returns
    -------
    Path
        The file may not exist.

    Example
    -------
    >>> phones_of(Path("demo.csv")).name
    'demo.phones.json'
    """
    return path.with_name(f"{path.stem}.phones.json")
