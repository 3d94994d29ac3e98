"""Broad classes of phones, by the articulatory features of panphon."""

import functools
import unicodedata

VOWEL, NASAL, STOP, FRICATIVE, LIQUID = CLASSES = (
    "vowel",
    "nasal",
    "stop",
    "fricative",
    "liquid",
)

# panphon classifies these as sonorants.
GLOTTAL = {"h": FRICATIVE, "ɦ": FRICATIVE, "ʔ": STOP}


@functools.cache
def phone_class(ipa: str) -> str:
    """Return the broad class of a phone.

    Diphthongs and rhotic vowels are vowels. Affricates are fricatives, their longer
    part. Approximants and trills are liquids.

    Arguments
    ---------
    ipa : str
        In the shared inventory.

    Returns
    -------
    str
        One of ``CLASSES``; ``""`` if the symbol is not an IPA phone.

    Raises
    ------
    ImportError
        If panphon is not installed.

    Source
    ------
    Mortensen et al., PanPhon: A Resource for Mapping IPA Segments to
    Articulatory Feature Vectors, COLING 2016.

    Example
    -------
    >>> [
    ...     phone_class(ipa)
    ...     for ipa in ("aɪ", "ɲ", "kʰ", "tʃ", "h", "ɾ", "unit_7")
    ... ]
    ['vowel', 'nasal', 'stop', 'fricative', 'fricative', 'liquid', '']
    """
    text = unicodedata.normalize("NFD", ipa)
    pieces = _table().ipa_segs(text)
    if not pieces or "".join(pieces) != text:
        return ""
    classes = [_class_of(piece) for piece in pieces]
    return VOWEL if VOWEL in classes else classes[-1]


def _class_of(piece):
    """Return the class of a single segment."""
    if piece in GLOTTAL:
        return GLOTTAL[piece]
    features = _table().fts(piece)
    if features["syl"] > 0:
        return VOWEL
    if features["nas"] > 0:
        return NASAL
    if features["son"] > 0:
        return LIQUID
    is_hissing = features["cont"] > 0 or features["delrel"] > 0
    return FRICATIVE if is_hissing else STOP


@functools.cache
def _table():
    """Return panphon's feature table; cached, because loading takes seconds."""
    try:
        import panphon
    except ImportError as error:
        raise ImportError(
            "classes of phones come from panphon, which is not installed; "
            "pip install -e '.[phones]' in the clone of speechbrain-clser"
        ) from error
    return panphon.FeatureTable()
