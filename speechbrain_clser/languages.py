"""Languages: ISO 639-3 codes, their other codes and their English names.

``languages.json`` has the languages of ISO 639-1, and Cantonese, by the ISO 639-3
code that this package uses; for a macrolanguage that is the language that is meant
in practice, such as ``cmn`` (Mandarin) for ``zh`` and ``zho``.
"""

import functools
import json
import re
from importlib.resources import files


def normalise(language: str) -> str:
    """Write a language as its ISO 639-3 code.

    Arguments
    ---------
    language : str
        A code of ISO 639-1, 639-2 or 639-3, in any case and maybe with a
        region (``de-DE``), or an English name.

    Returns
    -------
    str
        The code; what is not known stays as it is.

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
    """Tell whether a language is among those of ``languages.json``.

    Arguments
    ---------
    language : str
        As for ``normalise``; ``"und"`` means that it is undetermined.

    Returns
    -------
    bool
        A rarer language of ISO 639-3 is not.

    Example
    -------
    >>> is_known("deu"), is_known("und"), is_known("tlh")
    (True, True, False)
    """
    return normalise(language) in {"und", *table()}


def name_of(code: str) -> str:
    """Name a language in English.

    Arguments
    ---------
    code : str
        ISO 639-3.

    Returns
    -------
    str
        The code itself when it is not known.

    Example
    -------
    >>> name_of("urd"), name_of("xxx")
    ('Urdu', 'xxx')
    """
    return table()[code][-1] if code in table() else code


def two_letters(code: str) -> str:
    """Find the ISO 639-1 code of a language.

    Arguments
    ---------
    code : str
        ISO 639-3.

    Returns
    -------
    str
        The code itself when there is none.

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
        ISO 639-3 code to other codes, the one of two letters first, and the
        English name last.

    Example
    -------
    >>> table()["deu"]
    ['de', 'ger', 'German']
    """
    path = files("speechbrain_clser") / "languages.json"
    return json.loads(path.read_text(encoding="utf-8"))


@functools.cache
def _codes():
    """Every code and name, in lower case, to its ISO 639-3 code."""
    return {
        name.lower(): code
        for code, names in table().items()
        for name in (code, *names)
    }
