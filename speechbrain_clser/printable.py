"""Escape control characters in console output."""

import logging


def printable(text: str) -> str:
    """Escape control characters as Python's ``repr`` does.

    File and class names are untrusted input; control characters in them could clear
    the screen, change colours or reverse the text direction.

    Arguments
    ---------
    text : str
        Line breaks and tabs are kept.

    Returns
    -------
    str
        Text with unprintable characters escaped.

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
        """Format a record with control characters escaped."""
        return printable(super().format(record))
