"""Convert between ISO 639-3 codes, other codes and English language names.

Codes and names are those of ``langcodes``, imported when first used.
"""

import difflib
import functools
import re

# ISO 639-3 code and English name of the main language of a macrolanguage, or of what
# langcodes names otherwise.
MAIN = {
    "fil": ("tgl", "Tagalog"),
    "msa": ("zsm", "Malay"),
    "pst": ("pus", "Pashto"),
    "swa": ("swh", "Swahili"),
    "zho": ("cmn", "Mandarin"),
}
UNDETERMINED = "und"
# Valid in tags, but neither a language nor undetermined: several, none, uncoded.
NO_LANGUAGES = ("mul", "zxx", "mis")  # codespell:ignore mis


@functools.cache
def find(language: str) -> str:
    """Look up the ISO 639-3 code of a language, as ``normalise``; empty if it is none.

    Example
    -------
    >>> find("zh-TW"), find("transductive")
    ('cmn', '')
    """
    import langcodes

    text = language.strip().replace("_", "-")
    if text.lower().split("-")[0] == UNDETERMINED:
        return UNDETERMINED
    try:
        tag = langcodes.Language.get(text)
    except langcodes.LanguageTagError:
        tag = langcodes.Language.make()
    try:
        if tag.language is None or not tag.is_valid():
            # The look-up ignores punctuation, and would find "Hindi" in "Hindi/Urdu".
            if not re.fullmatch(r"(?:[^\W\d_]|[ '’().-]){4,}", text):
                return ""
            tag = langcodes.find(text, language="en")
        code = langcodes.get(tag.language).prefer_macrolanguage().to_alpha3()
    except LookupError:
        return ""
    return "" if code in NO_LANGUAGES else MAIN.get(code, (code,))[0]


def normalise(language: str) -> str:
    """Convert a language to its ISO 639-3 code.

    Arguments
    ---------
    language : str
        A code of ISO 639-1, 639-2 or 639-3, in any case, optionally with a
        region (``de-DE``), an English name, or ``und`` (undetermined).

    Returns
    -------
    str
        ISO 639-3 code; a macrolanguage is mapped to its main language, such as
        ``zh`` and ``zho`` to ``cmn`` (Mandarin).

    Raises
    ------
    ValueError
        If it is no language; suggests the nearest code.

    Example
    -------
    >>> [normalise(name) for name in ("de", "ger", "German", "de-DE", "zh_TW")]
    ['deu', 'deu', 'deu', 'deu', 'cmn']
    """
    if code := find(language):
        return code
    names = _names()
    near = difflib.get_close_matches(language.strip().lower(), names, 1, 0.7)
    if near:
        code = names[near[0]]
        hint = f"did you mean {code!r} ({name_of(code)})?"
    else:
        hint = "use an ISO 639-3 code such as 'eng', or 'und' if it is unknown"
    raise ValueError(
        f"expected a language code or name, found {language!r}; {hint}"
    )


def name_of(code: str) -> str:
    """Return the English name of an ISO 639-3 code; the code itself if unknown.

    Example
    -------
    >>> name_of("urd"), name_of("xxx")
    ('Urdu', 'xxx')
    """
    import langcodes

    if code == UNDETERMINED or not find(code):
        return code
    return dict(MAIN.values()).get(code) or langcodes.get(code).language_name()


def two_letters(code: str) -> str:
    """Return the ISO 639-1 code of an ISO 639-3 code; the code itself without one.

    Example
    -------
    >>> two_letters("cmn"), two_letters("yue")
    ('zh', 'yue')
    """
    import langcodes

    if code == UNDETERMINED or not find(code):
        return code
    return langcodes.get(code).prefer_macrolanguage().language


@functools.cache
def _names():
    """Map names and codes of the languages of ISO 639-1 to ISO 639-3 codes."""
    from langcodes.data_dicts import LANGUAGE_ALPHA3

    codes = dict.fromkeys(filter(None, map(find, LANGUAGE_ALPHA3)))
    return {name_of(code).lower(): code for code in codes} | dict(
        zip(codes, codes, strict=False)
    )
