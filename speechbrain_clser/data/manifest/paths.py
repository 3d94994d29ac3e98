"""What the files of a manifest are called, and how it calls recordings."""

from pathlib import Path


def within(root: Path, file) -> str:
    """Write a path from the root on, with slashes.

    Arguments
    ---------
    root : Path
        Folder of the corpus.
    file : str or Path
        A recording.

    Returns
    -------
    str
        The whole path when it lies elsewhere.

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
    """Find the report that lies beside a manifest.

    Arguments
    ---------
    path : Path
        Of the manifest.

    Returns
    -------
    Path
        Whether or not it is there.

    Example
    -------
    >>> report_of(Path("emodb.csv")).name
    'emodb.json'
    """
    return path.with_name(f"{path.stem}.json")


def phones_of(path: Path) -> Path:
    """Find the phones that lie beside a manifest.

    Arguments
    ---------
    path : Path
        Of the manifest.

    Returns
    -------
    Path
        Whether or not it is there.

    Example
    -------
    >>> phones_of(Path("demo.csv")).name
    'demo.phones.json'
    """
    return path.with_name(f"{path.stem}.phones.json")
