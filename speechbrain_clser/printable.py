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


def pluralise(n: int, noun: str) -> str:
    """Format a number with a noun in singular or plural.

    Arguments
    ---------
    n : int
        Number.
    noun : str
        In singular.

    Returns
    -------
    str
        Such as ``"2 speakers"``.

    Example
    -------
    >>> (
    ...     pluralise(1, "speaker"),
    ...     pluralise(29, "speaker"),
    ...     pluralise(2, "corpus"),
    ... )
    ('1 speaker', '29 speakers', '2 corpora')
    """
    if n == 1:
        return f"{n} {noun}"
    if noun.endswith("corpus"):
        return f"{n} {noun.removesuffix('corpus')}corpora"
    return f"{n} {noun}s"
