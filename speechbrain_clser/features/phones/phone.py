"""Define a phone: symbol, times and confidence; convert segments of an aligner."""

import dataclasses
import math
import re
from collections.abc import Iterable

from speechbrain_clser.features.phones.arpabet import arpabet_to_ipa
from speechbrain_clser.features.phones.ipa import to_ipa

NOTATIONS = {"ipa": to_ipa, "arpabet": arpabet_to_ipa}

# Silence and noise symbols of the Montreal Forced Aligner, Kaldi, eSpeak NG and others.
NO_PHONE = frozenset(
    {"", "sil", "sp", "spn", "nsn", "pau", "<eps>", "<unk>", "#", "h#", "_"}
)


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


def phones_of(segments: Iterable, notation: str = "ipa") -> tuple:
    """Convert segments to phones, without silence and noise.

    Arguments
    ---------
    segments : iterable of (str, float, float) or (str, float, float, float)
        Symbol, start and end in seconds, and confidence, 1 by default. Kaldi
        suffixes ``_B``, ``_I``, ``_E`` and ``_S`` are ignored.
    notation : str
        ``"ipa"`` or ``"arpabet"``.

    Returns
    -------
    tuple of Phone
        In the shared inventory, ordered by time.

    Raises
    ------
    ValueError
        If the notation is unknown, or a segment ends before it starts.

    Example
    -------
    >>> phones_of([("sil", 0, 0.1), ("AY1_B", 0.1, 0.3)], "arpabet")
    (Phone(ipa='aɪ', start_s=0.1, end_s=0.3, confidence=1.0, raw='AY1'),)
    """
    if notation not in NOTATIONS:
        raise ValueError(
            f"notation must be {' or '.join(NOTATIONS)}, got {notation!r}"
        )
    found = []
    for raw, start_s, end_s, *sure in segments:
        raw = re.sub("_[BIES]$", "", raw.strip())
        if raw.lower() in NO_PHONE:
            continue
        if not 0 <= start_s <= end_s < math.inf:
            raise ValueError(
                f"expected a phone to start at 0 s or later and to end after "
                f"that, found {raw!r} from {start_s} s to {end_s} s; correct "
                "the alignment"
            )
        ipa = NOTATIONS[notation](raw)
        if ipa and end_s > start_s:
            found.append(Phone(ipa, start_s, end_s, *sure or (1.0,), raw=raw))
    return tuple(sorted(found, key=lambda phone: phone.start_s))
