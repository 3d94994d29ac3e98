"""Facts about the shipped corpora that the grammar of protocols needs.

A test compares it with the corpora themselves, which this module may not import.
"""

import difflib
import re
from typing import NamedTuple


class Facts(NamedTuple):
    """Facts about a corpus, which are equal to those of its card."""

    languages: tuple
    emotions: tuple


_FOUR = "anger happiness neutral sadness"
_SIX = "anger disgust fear happiness neutral sadness"
_SEVEN = f"{_SIX} surprise"
CORPORA = {
    name: Facts(tuple(languages.split()), tuple(sorted(emotions.split())))
    for name, languages, emotions in (
        ("aesdd", "ell", "anger disgust fear happiness sadness"),
        ("ased", "amh", "anger fear happiness neutral sadness"),
        ("baved", "ara", "neutral other"),
        ("biic_podcast", "cmn", f"{_SEVEN} contempt other"),
        ("cafe", "fra", _SEVEN),
        ("casia", "cmn", "anger fear happiness neutral sadness surprise"),
        ("cremad", "eng", _SIX),
        ("demo", "deu tur fin swh ind", _FOUR),
        ("dusha", "rus", f"{_FOUR} other"),
        ("emns", "eng", f"{_FOUR} disgust excitement other surprise"),
        ("emodb", "deu", f"{_SIX} boredom"),
        ("emotiontts_ko", "kor", _FOUR),
        ("emouerj", "por", _FOUR),
        ("emovdb", "eng", "anger disgust happiness neutral other"),
        ("emovo", "ita", _SEVEN),
        ("enterface", "eng", "anger disgust fear happiness sadness surprise"),
        ("esd", "cmn eng", "anger happiness neutral sadness surprise"),
        ("iemocap", "eng", f"{_SEVEN} excitement frustration other"),
        ("jlcorpus", "eng", f"{_FOUR} excitement fear other"),
        ("jtes", "jpn", _FOUR),
        ("jvnv", "jpn", "anger disgust fear happiness sadness surprise"),
        ("ksuemotions", "ara", f"{_FOUR} other surprise"),
        ("m3ed", "cmn", _SEVEN),
        ("meld", "eng", _SEVEN),
        ("mesd", "spa", _SIX),
        ("msp_improv", "eng", f"{_FOUR} other"),
        ("msp_podcast", "eng", f"{_SEVEN} contempt other"),
        ("nemo", "pol", "anger fear happiness neutral sadness surprise"),
        ("oreau", "fra", _SEVEN),
        ("ravdess", "eng", f"{_SEVEN} calm"),
        ("resd", "rus", f"{_SIX} excitement"),
        ("savee", "eng", _SEVEN),
        ("shemo", "fas", "anger fear happiness neutral sadness surprise"),
        ("subesco", "ben", _SEVEN),
        ("tess", "eng", _SEVEN),
        ("thai_ser", "tha", f"{_FOUR} frustration other"),
        ("turevdb", "tur", "anger calm happiness sadness"),
        ("urdu", "urd", _FOUR),
        ("verbo", "por", _SEVEN),
    )
}
GROUPS = {
    "four": ("emodb", "emovo", "urdu", "ravdess"),
    "six": ("emodb", "emovo", "urdu", "ravdess", "savee", "casia"),
    # Human speech of two speakers or more: one cannot be split by speaker.
    "all": tuple(name for name in CORPORA if name not in ("demo", "emns")),
}
SESSIONS = {"iemocap": ("1", "2", "3", "4", "5")}
MERGED = {"iemocap": {"excitement": "happiness"}}
DEFAULT_CLASSES = ("anger", "happiness", "neutral", "sadness")
# Corpora with official training and validation sets, to the leak that these
# allow, and its note.
OFFICIAL = {
    "meld": ("speaker", "MELD's official parts share its six main actors")
}
# Leaks between utterances of one corpus if a split ignores speakers: sessions, or
# a recording that the corpus has twice.
SHARED = {
    **dict.fromkeys(
        (
            "biic_podcast",
            "dusha",
            "iemocap",
            "m3ed",
            "meld",
            "msp_improv",
            "resd",
        ),
        "session",
    ),
    **{"msp_podcast": "session", "ravdess": "recording", "thai_ser": "session"},
}


def languages(selector) -> set:
    """List the languages that a selector selects.

    Arguments
    ---------
    selector : str
        Corpus, ``corpus:language`` or ``corpus/session``.

    Returns
    -------
    set of str
        ISO 639-3; empty if the corpus is not shipped.

    Example
    -------
    >>> languages("esd:cmn"), languages("emodb")
    ({'cmn'}, {'deu'})
    """
    corpus, mark, part = re.fullmatch(r"([^:/]+)([:/]?)(.*)", selector).groups()
    if mark == ":":
        return {part}
    return set(CORPORA[corpus].languages) if corpus in CORPORA else set()


def shared_classes(selectors, merge_classes) -> list:
    """List the emotions that all corpora have.

    Arguments
    ---------
    selectors : iterable of str
        Of sources and targets.
    merge_classes : dict
        Emotion to the one that it is merged into; or corpus to such a mapping.

    Returns
    -------
    list of str
        Sorted, without ``other``, which is no emotion.

    Raises
    ------
    ValueError
        If a corpus is not shipped, so that its emotions are not known.

    Example
    -------
    >>> shared_classes(["emodb", "urdu"], {})
    ['anger', 'happiness', 'neutral', 'sadness']
    """
    corpora = [re.split("[:/]", selector)[0] for selector in selectors]
    own = [name for name in corpora if name not in CORPORA]
    if own:
        raise ValueError(
            f"classes: shared needs corpora whose emotions are known "
            f"({', '.join(CORPORA)}), got {', '.join(own)}; list the classes"
        )
    return sorted(
        set.intersection(*(_emotions(name, merge_classes) for name in corpora))
        - {"other"}
    )


def _emotions(corpus, merge_classes):
    of_corpus = {e: n for e, n in merge_classes.items() if isinstance(n, str)}
    of_corpus |= merge_classes.get(corpus, {})
    return {of_corpus.get(e, e) for e in CORPORA[corpus].emotions}


def unknown(what, name, known) -> str:
    """Write that a name is unknown, with the known ones and the nearest.

    Example
    -------
    >>> unknown("corpus", "emobd", ["emodb", "urdu"])
    "there is no corpus 'emobd', did you mean emodb; there are emodb, urdu"
    """
    near = difflib.get_close_matches(name, known, n=2)
    return (
        f"there is no {what} {name[:80]!r}"
        + (f", did you mean {' or '.join(near)}" if near else "")
        + f"; there are {', '.join(known)}"
    )
