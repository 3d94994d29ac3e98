"""Report progress: a bar on a terminal, log records otherwise."""

import logging
import os
import sys

from tqdm import tqdm

logger = logging.getLogger(__name__)

LINE_EVERY_S = 10
BAR = (
    "{desc}: {percentage:3.0f}% |{bar}| {n:.0f} of {total:.0f}, "
    "{rate_noinv_fmt}, {remaining} left"
)
LINE = BAR.replace(" |{bar}|", ",")


class _Log:
    """File-like object that converts tqdm output to log records."""

    def write(self, text):
        if text.strip():
            logger.info("%s", text.strip())

    def flush(self):
        """Do nothing; log records need no flush."""


def has_bars() -> bool:
    """Return whether progress bars are shown.

    Returns
    -------
    bool
        True on a terminal, unless ``TQDM_DISABLE`` is set.

    Example
    -------
    >>> getfixture("monkeypatch").setenv("TQDM_DISABLE", "1")
    >>> has_bars()
    False
    """
    return sys.stderr.isatty() and not os.environ.get("TQDM_DISABLE")


def progress(
    total, desc: str, unit: str, iterable=None, disable: bool = False
) -> tqdm:
    """Report the progress of a task.

    Arguments
    ---------
    total : float
        Total amount, in ``unit``.
    desc : str
        Description of the task.
    unit : str
        Unit of the amount.
    iterable : iterable, optional
        Items to iterate over; without it, call ``update``.
    disable : bool
        Whether to show nothing; implied by a total of 0.

    Returns
    -------
    tqdm
        Iterate over it, or update and close it. Shows a bar on a terminal, otherwise
        a log record at the beginning, at the end and at most every ten seconds,
        with rate and remaining time.

    Example
    -------
    >>> with progress(2, "Checking", "files") as shown:
    ...     _ = shown.update(2)
    """
    how = {"bar_format": BAR, "dynamic_ncols": True}
    if not has_bars():
        how = {
            "bar_format": LINE,
            "file": _Log(),
            "mininterval": LINE_EVERY_S,
            "maxinterval": LINE_EVERY_S,
            "miniters": 1,
        }
    return tqdm(
        iterable,
        total=total,
        desc=desc,
        unit=f" {unit}",
        disable=disable or not total,
        **how,
    )
