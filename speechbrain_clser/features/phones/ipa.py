"""One inventory for the phones of all languages and all who write them down.

eSpeak NG, recognisers that learned from it, the Montreal Forced Aligner and
linguists write the same phone in several ways, and they mark things that an
anchor between languages must not depend on. Decided here, once:

* Length, tone and stress are dropped; a geminate is a consonant.
* The exact place (dental, raised, centralised, syllabic ...) is dropped.
* Nasalisation, aspiration, palatalisation, labialisation and pharyngealisation
  make another phone.
* An affricate is one phone, and so is a diphthong; its second half is written ɪ
  or ʊ. Who split them would have to invent a boundary.
"""

import re
import unicodedata

VOWELS = "aeiouyøœɶɐɑɒæɛɜəɘɤɵɪʊʏʌɔɯɨʉɞ"
NASAL, CEDILLA = "\u0303", "\u0327"  # combining
KEPT = {NASAL, CEDILLA, "ʰ", "ʲ", "ʷ", "ˤ"}

# Whole symbols: what eSpeak NG leaves in Kirshenbaum's or its own spelling, and
# letters that are another's by convention.
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

# In this order, each on what the one before has left.
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
    """Write a phone as all sources and languages shall write it.

    Arguments
    ---------
    raw : str
        One phone in IPA, with any marks, or as eSpeak NG spells it.

    Returns
    -------
    str
        In the shared inventory; ``""`` when no phone is left.

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
    """Whether a letter, or a mark that makes another phone."""
    return letter in KEPT or unicodedata.category(letter) in ("Ll", "Lu", "Lo")
