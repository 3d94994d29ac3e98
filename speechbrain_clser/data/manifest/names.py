"""Spellings of a name: when two of them mean one speaker."""

import collections
import re
import unicodedata


def spelling_key(name: str) -> str:
    """Reduce a name to what all of its spellings have in common.

    Arguments
    ---------
    name : str
        Of a speaker.

    Returns
    -------
    str
        Without differences of case, of composed and decomposed accents, and of
        blanks, hyphens and underscores.

    Example
    -------
    >>> spelling_key("Spk-1") == spelling_key("spk_1") == spelling_key("SPK 1")
    True
    """
    name = unicodedata.normalize("NFC", name).strip().casefold()
    return re.sub(r"[\s_-]+", "_", unicodedata.normalize("NFC", name))


def one_spelling(names: list) -> tuple:
    """Choose one spelling of each name.

    Arguments
    ---------
    names : list of str
        As written, as often as they come.

    Returns
    -------
    chosen : dict
        Each spelling to the most frequent one of its name; of several, the
        first in the order of the alphabet.
    merged : dict
        Chosen spelling to the list of others, where there are others.

    Example
    -------
    >>> one_spelling(["ann", "ann", "ANN", "bob"])[1]
    {'ann': ['ANN']}
    """
    spellings = collections.defaultdict(collections.Counter)
    for name in names:
        spellings[spelling_key(name)][name] += 1
    chosen, merged = {}, {}
    for counts in spellings.values():
        best, *others = sorted(counts, key=lambda name: (-counts[name], name))
        chosen |= dict.fromkeys(counts, best)
        if others:
            merged[best] = others
    return chosen, merged
