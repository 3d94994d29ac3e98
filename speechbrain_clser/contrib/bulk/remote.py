"""Recordings at addresses that fsspec opens, such as ``s3://bucket/a.wav``."""

import contextlib
import os
import shutil
from pathlib import Path

from speechbrain_clser.inference.audio_files import SUFFIXES, list_audio_files


def is_remote(path) -> bool:
    """Return whether this is an address rather than a path.

    Example
    -------
    >>> is_remote("s3://bucket/a.wav"), is_remote("C:/a.wav")
    (True, False)
    """
    return "://" in path


def list_recordings(paths, listed=(), skipped=None):
    """List recordings of files, folders, addresses, and lists of them.

    Arguments
    ---------
    paths, listed, skipped
        As for ``audio_files.list_audio_files``; an address of a folder is searched
        for names with a suffix of audio.

    Yields
    ------
    str
        Path or address.

    Raises
    ------
    ValueError
        If fsspec cannot open an address, with what to install.
    """
    for path in list_audio_files(paths, listed, skipped):
        if not is_remote(path):
            yield path
            continue
        with _opening(path):
            files, top = _file_system(path)
            names = files.find(top) if files.isdir(top) else [top]
        for name in names:
            is_audio = os.path.splitext(name)[1].lower() in SUFFIXES
            if name == top or is_audio:
                yield files.unstrip_protocol(name)


@contextlib.contextmanager
def local_copies(files, folder):
    """Copy recordings at addresses into a folder, as long as they are needed.

    Arguments
    ---------
    files : list of str
        Paths, which stay, and addresses.
    folder : Path
        Deleted at the end; its files have the same names in each run.

    Yields
    ------
    files : list of str
        Paths, in the same order.
    names : dict
        Path of each copy to its address.
    """
    names, copies = {}, []
    for number, file in enumerate(files):
        if is_remote(file):
            folder.mkdir(parents=True, exist_ok=True)
            copy = str(folder / f"{number:06d}_{Path(file).name}")
            # Without a copy the table lists it as missing.
            with _opening(file), contextlib.suppress(FileNotFoundError):
                system, place = _file_system(file)
                system.get_file(place, copy)
            names[copy] = file
            file = copy
        copies.append(file)
    try:
        yield copies, names
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _file_system(address):
    import fsspec

    return fsspec.core.url_to_fs(address)


@contextlib.contextmanager
def _opening(address):
    """Turn errors about an address into a message."""
    try:
        yield
    except (ImportError, ValueError, OSError) as error:
        raise ValueError(
            f"{address}: expected an address that fsspec can open, found: {error}; "
            "install the package that it names, check address and permissions"
        ) from error
