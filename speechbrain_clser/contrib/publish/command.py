"""Remove local paths from the command of a run."""

import re
from pathlib import PurePosixPath, PureWindowsPath

# Options that name local folders, or that depend on the machine.
DROPPED = {"output_folder", "cache_folder", "device", "threads"}
FLAGS = {"noprogressbar", "traceback"}


def shareable(command: list, encoder: str | None = None) -> list:
    """Replace local paths in a command by placeholders.

    Arguments
    ---------
    command : list of str
        As typed: script, YAML, options.
    encoder : str, optional
        Hub id of the encoder, which is kept.

    Returns
    -------
    list of str
        ``python train.py hparams/<name>.yaml`` with the options that matter.

    Example
    -------
    >>> shareable(
    ...     ["/a/train.py", "/a/x.yaml", "--data_folder=/a", "--seeds", "3"]
    ... )
    ['python', 'train.py', 'hparams/x.yaml', '--data_folder', '<data_folder>', '--seeds', '3']
    """
    _, yaml, *options = command
    kept = ["python", "train.py", f"hparams/{_name(yaml)}"]
    for key, values in _grouped(options):
        if key in DROPPED | FLAGS:
            continue
        text = " ".join(values)
        is_local = key.endswith("folder") or re.search(r"[/\\~]", text)
        if is_local and text != encoder:
            values = [f"<{key}>"]
        kept += [f"--{key}", *values]
    return kept


def _name(path):
    """Return the file name of a path of any system."""
    return PurePosixPath(PureWindowsPath(path).as_posix()).name


def _grouped(options):
    """Yield each option with its values; a flag has none."""
    groups = []
    for text in options:
        if text.startswith("--"):
            key, *value = text[2:].split("=", 1)
            groups.append((key, value))
        elif groups:
            groups[-1][1].append(text)
    return groups
