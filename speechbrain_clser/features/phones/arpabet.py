"""Convert ARPAbet, used by English dictionaries and aligners, to IPA."""

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
    """Convert an ARPAbet phone to the shared inventory.

    Arguments
    ---------
    raw : str
        Case-insensitive, with or without stress digit.

    Returns
    -------
    str
        IPA symbol; unstressed AH is a schwa.

    Raises
    ------
    ValueError
        If the phone is unknown.

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
            "it is IPA, give --phone_notation ipa"
        ) from None
