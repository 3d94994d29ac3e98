"""Text that a console shows and does not obey."""

import logging


def printable(text: str) -> str:
    """Write characters of control as escapes, as Python's ``repr`` does.

    Names of files and classes come from others; with such characters they could
    clear a screen, colour a line or turn the direction of writing.

    Arguments
    ---------
    text : str
        Line breaks and tabs are kept.

    Returns
    -------
    str
        The same but for what no font draws.

    Example
    -------
    >>> print(printable("a\\x1b[2J.wav: Überraschung"))
    a\\x1b[2J.wav: Überraschung
    """
    return "".join(
        sign
        if sign.isprintable() or sign in "\n\t"
        else sign.encode("unicode_escape").decode()
        for sign in text
    )


class Formatter(logging.Formatter):
    """Format records for a console or a log file; see ``printable``.

    Example
    -------
    >>> record = logging.makeLogRecord({"msg": "a\\x1b[31m"})
    >>> print(Formatter("%(message)s").format(record))
    a\\x1b[31m
    """

    def format(self, record):
        """Format a record, without characters of control."""
        return printable(super().format(record))
