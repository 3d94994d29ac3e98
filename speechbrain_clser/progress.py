"""Progress of long work: a bar on a terminal, a line now and then elsewhere."""

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
    """File-like object that turns what tqdm writes into log records."""

    def write(self, text):
        if text.strip():
            logger.info("%s", text.strip())

    def flush(self):
        """Do nothing: a log record is whole."""


def has_bars() -> bool:
    """Tell whether bars are shown.

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
    """Show how far long work has come.

    Arguments
    ---------
    total : float
        Of all that has to be done, in ``unit``.
    desc : str
        What is done.
    unit : str
        What is counted, in the rate.
    iterable : iterable, optional
        What is worked through; otherwise ``update`` is called.
    disable : bool
        Whether to show nothing; so is it where there is nothing to do.

    Returns
    -------
    tqdm
        To be iterated, or updated and closed. On a terminal a bar; elsewhere a log record at
        the beginning, at the end, and at most every ten seconds in between,
        with rate and time left.

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
