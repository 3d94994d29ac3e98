"""Read CTM files of Kaldi and NIST tools, with one phone per line."""

import collections
from pathlib import Path

from speechbrain_clser.features.phones.segments import phones_of


def read_ctm(path, notation: str = "ipa") -> dict:
    """Read the phones of many recordings.

    Arguments
    ---------
    path : str or Path
        Lines of recording, channel, start and duration in seconds, phone, and,
        if given, its confidence. Lines that start with ``;;`` are comments.
    notation : str
        ``"ipa"`` or ``"arpabet"``.

    Returns
    -------
    dict
        Name of a recording to tuple of Phone.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ValueError
        If a line is malformed.

    Example
    -------
    >>> path = getfixture("tmp_path") / "phones.ctm"
    >>> _ = path.write_text("03a01Fa 1 0.50 0.25 AH0_B 0.9\\n")
    >>> read_ctm(path, "arpabet")["03a01Fa"]
    (Phone(ipa='ə', start_s=0.5, end_s=0.75, confidence=0.9, raw='AH0'),)
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(
            f"expected a CTM file or a folder of TextGrids at {path}, found none"
        )
    segments = collections.defaultdict(list)
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith(";;"):
            continue
        try:
            name, _, start_s, duration_s, raw, *sure = line.split()
            start_s, duration_s = float(start_s), float(duration_s)
            sure = [float(value) for value in sure[:1]]
        except ValueError as error:
            raise ValueError(
                f"{path}:{number}: expected recording, channel, start, duration "
                f"and phone, found {line!r}; give a CTM file"
            ) from error
        # Avoid rounding errors beyond the digits in the file.
        end_s = round(start_s + duration_s, 6)
        segments[name].append((raw, start_s, end_s, *sure))
    return {name: phones_of(s, notation) for name, s in segments.items()}
