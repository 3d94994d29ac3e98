"""Define a phone: symbol, times and confidence."""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True)
class Phone:
    """One phone of an utterance.

    Arguments
    ---------
    ipa : str
        Symbol of the shared inventory, see ``ipa.to_ipa``, or name of a unit.
    start_s, end_s : float
        Seconds from the beginning of the recording.
    confidence : float
        0-1, on the scale of its source; 1 for reference phones.
    raw : str
        Original symbol of the source, with length, tone and stress.

    Example
    -------
    >>> Phone("a", 0.12, 0.2, raw="ˈaː")
    Phone(ipa='a', start_s=0.12, end_s=0.2, confidence=1.0, raw='ˈaː')
    """

    ipa: str
    start_s: float
    end_s: float
    confidence: float = 1.0
    raw: str = ""
