"""ARPAbet, the alphabet of English pronouncing dictionaries and their aligners."""

import re

IPA = {
    "AA": "ɑ",
    "AE": "æ",
    "AH": "ʌ",
    "AO": "ɔ",
    "AW": "aʊ",
    "AX": "ə",
    "AY": "aɪ",
    "B": "b",
    "CH": "tʃ",
    "D": "d",
    "DH": "ð",
    "DX": "ɾ",
    "EH": "ɛ",
    "ER": "ɜɹ",
    "EY": "eɪ",
    "F": "f",
    "G": "ɡ",
    "HH": "h",
    "IH": "ɪ",
    "IY": "i",
    "JH": "dʒ",
    "K": "k",
    "L": "l",
    "M": "m",
    "N": "n",
    "NG": "ŋ",
    "OW": "oʊ",
    "OY": "ɔɪ",
    "P": "p",
    "R": "ɹ",
    "S": "s",
    "SH": "ʃ",
    "T": "t",
    "TH": "θ",
    "UH": "ʊ",
    "UW": "u",
    "V": "v",
    "W": "w",
    "Y": "j",
    "Z": "z",
    "ZH": "ʒ",
}


def arpabet_to_ipa(raw: str) -> str:
    """Write a phone of ARPAbet in the shared inventory.

    Arguments
    ---------
    raw : str
        Case ignored, with or without the digit of its stress.

    Returns
    -------
    str
        Unstressed AH is a schwa.

    Raises
    ------
    ValueError
        If there is no such phone.

    Example
    -------
    >>> [arpabet_to_ipa(raw) for raw in ("AH0", "AH1", "ch")]
    ['ə', 'ʌ', 'tʃ']
    """
    symbol = raw.upper()
    if symbol == "AH0":
        return "ə"
    try:
        return IPA[re.sub("[012]$", "", symbol)]
    except KeyError:
        raise ValueError(
            f"expected a phone of ARPAbet, such as AH0 or CH, found {raw!r}; if "
            'it is IPA, say notation="ipa"'
        ) from None
