"""Convert between ISO 639-3 codes, other codes and English language names.

``languages.json`` contains the languages of ISO 639-1, and Cantonese, by ISO 639-3 code.
A macrolanguage is mapped to its main language, such as ``zh`` and ``zho`` to ``cmn``
(Mandarin).
"""

import functools
import json
import re
from importlib.resources import files


def normalise(language: str) -> str:
    """Convert a language to its ISO 639-3 code.

    Arguments
    ---------
    language : str
        A code of ISO 639-1, 639-2 or 639-3, in any case, optionally with a
        region (``de-DE``), or an English name.

    Returns
    -------
    str
        ISO 639-3 code; unknown languages are returned unchanged.

    Example
    -------
    >>> [normalise(name) for name in ("de", "ger", "German", "de-DE", "zh_TW")]
    ['deu', 'deu', 'deu', 'deu', 'cmn']
    >>> normalise("Klingon")
    'Klingon'
    """
    text = language.strip().lower()
    for name in (text, re.split("[-_]", text)[0]):
        if code := _codes().get(name):
            return code
    return language.strip()


def is_known(language: str) -> bool:
    """Return whether a language is in ``languages.json``.

    Arguments
    ---------
    language : str
        As for ``normalise``; ``"und"`` is undetermined.

    Returns
    -------
    bool
        False for other languages of ISO 639-3.

    Example
    -------
    >>> is_known("deu"), is_known("und"), is_known("tlh")
    (True, True, False)
    """
    return normalise(language) in {"und", *table()}


def name_of(code: str) -> str:
    """Return the English name of a language.

    Arguments
    ---------
    code : str
        ISO 639-3.

    Returns
    -------
    str
        The code itself if unknown.

    Example
    -------
    >>> name_of("urd"), name_of("xxx")
    ('Urdu', 'xxx')
    """
    return table()[code][-1] if code in table() else code


def two_letters(code: str) -> str:
    """Return the ISO 639-1 code of a language.

    Arguments
    ---------
    code : str
        ISO 639-3.

    Returns
    -------
    str
        The code itself if there is none.

    Example
    -------
    >>> two_letters("cmn"), two_letters("yue")
    ('zh', 'yue')
    """
    first = table().get(code, [code])[0]
    return first if len(first) == 2 else code


@functools.cache
def table() -> dict:
    """Read the table of languages.

    Returns
    -------
    dict
        ISO 639-3 code to other codes, two-letter code first, and English name
        last.

    Example
    -------
    >>> table()["deu"]
    ['de', 'ger', 'German']
    """
    path = files("speechbrain_clser") / "languages.json"
    return json.loads(path.read_text(encoding="utf-8"))


@functools.cache
def _codes():
    """Map every code and name, in lower case, to its ISO 639-3 code."""
    return {
        name.lower(): code
        for code, names in table().items()
        for name in (code, *names)
    }
