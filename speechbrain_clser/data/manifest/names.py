"""Merge different spellings of a speaker name."""

import collections
import re
import unicodedata


def spelling_key(name: str) -> str:
    """Reduce a name to a key shared by all of its spellings.

    These differ in case, composed or decomposed accents, and spaces, hyphens and
    underscores.

    Example
    -------
    >>> spelling_key("Spk-1") == spelling_key("spk_1") == spelling_key("SPK 1")
    True
    """
    name = unicodedata.normalize("NFC", name).strip().casefold()
    return re.sub(r"[\s_-]+", "_", unicodedata.normalize("NFC", name))


def one_spelling(names: list) -> tuple:
    """Select the most frequent spelling of each name, of several the first.

    Returns each spelling to the selected one, and selected ones to the list of others,
    if there are any.

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
