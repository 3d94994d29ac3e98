"""Normalise phone symbols to one inventory for all languages and sources.

eSpeak NG, recognisers trained with it, the Montreal Forced Aligner and linguists
use different symbols for the same phone, with details that a cross-lingual anchor
must not depend on. Rules:

* Length, tone and stress are dropped; a geminate is a consonant.
* The exact place (dental, raised, centralised, syllabic ...) is dropped.
* Nasalisation, aspiration, palatalisation, labialisation and pharyngealisation
  distinguish phones.
* An affricate is one phone, and so is a diphthong, whose second half is written ɪ or
  ʊ. Their internal boundaries are unknown.
"""

import re
import unicodedata

VOWELS = "aeiouyøœɶɐɑɒæɛɜəɘɤɵɪʊʏʌɔɯɨʉɞ"
NASAL, CEDILLA = "\u0303", "\u0327"  # combining
KEPT = {NASAL, CEDILLA, "ʰ", "ʲ", "ʷ", "ˤ"}

# Whole symbols: eSpeak NG symbols in Kirshenbaum or private notation, and letters with
# a conventional equivalent.
WHOLE = {
    "g": "ɡ",
    "N": "ŋ",
    "S": "ʃ",
    "X": "χ",
    "Z": "ʒ",
    "dZ": "dʒ",
    "tS": "tʃ",
    "d^": "ɟ",
    "s^": "ɕ",
    "t^": "c",
    'u"': "ʉ",
    "oe": "œ",
    "əl": "l",
}

# Applied in this order.
BEFORE = (
    (r"([sztdnlr])\.", lambda m: "ʂʐʈɖɳɭɽ"["sztdnlr".index(m[1])]),
    (r"^i[.\u032a]", "ɨ"),  # the vowel of Mandarin "shi" and "si"
)
AFTER = (
    (r"(?<=.)ɜ$", ""),  # eSpeak NG's third tone of Mandarin
    (r"ʈ(?=ʂ)", "t"),
    (r"ɖ(?=ʐ)", "d"),
    (r"nɡ$", "ŋ"),
    (r"(.+?)\1+", r"\1"),
    (r"(?<=[ptkcqʈbdɡɟɖsɕʃʂ])h$", "ʰ"),
    (r"(?<=ɔ)[øʏy]$", "ɪ"),
    (rf"(?<=[{VOWELS}{NASAL}])[ij](?={NASAL}?$)", "ɪ"),
    (rf"(?<=[{VOWELS}{NASAL}])[uw](?={NASAL}?$)", "ʊ"),
)
LETTERS = str.maketrans(
    {
        "ɚ": "əɹ",
        "ɝ": "ɜɹ",
        "ᵻ": "ɨ",
        "ɫ": "l",
        "ʣ": "dz",
        "ʤ": "dʒ",
        "ʥ": "dʑ",
        "ʦ": "ts",
        "ʧ": "tʃ",
        "ʨ": "tɕ",
    }
)


def to_ipa(raw: str) -> str:
    """Convert a phone symbol to the shared inventory.

    Arguments
    ---------
    raw : str
        One phone in IPA, with any diacritics, or in the notation of eSpeak NG.

    Returns
    -------
    str
        Symbol of the shared inventory; ``""`` if no phone remains.

    Example
    -------
    >>> [to_ipa(raw) for raw in ("ˈaː", "t͡ʃ", "ss", "ai5", "ts.h", "ɪ̃", "?")]
    ['a', 'tʃ', 's', 'aɪ', 'tʂʰ', 'ɪ̃', '']
    """
    text = unicodedata.normalize("NFD", raw)
    text = WHOLE.get(re.sub("[ˈˌː:]", "", text), text)
    for pattern, written in BEFORE:
        text = re.sub(pattern, written, text)
    text = "".join(letter for letter in text if _is_kept(letter))
    text = text.translate(LETTERS)
    for pattern, written in AFTER:
        text = re.sub(pattern, written, text)
    text = unicodedata.normalize("NFC", text)
    return (
        text if any(letter.isalpha() for letter in text.strip("ʰʲʷˤ")) else ""
    )


def _is_kept(letter):
    """Return whether a character is a letter or a distinctive diacritic."""
    return letter in KEPT or unicodedata.category(letter) in ("Ll", "Lu", "Lo")
