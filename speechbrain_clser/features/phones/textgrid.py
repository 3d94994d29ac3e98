"""Read Praat TextGrids, the output format of the Montreal Forced Aligner."""

from pathlib import Path

from speechbrain_clser.features.phones.segments import phones_of

TIERS = (
    "phones",
    "phone",
    "phonemes",
    "mau",
)  # the last one is used by WebMAUS


def read_textgrid(path, notation: str = "ipa") -> tuple:
    """Read the phones of a TextGrid.

    Arguments
    ---------
    path : str or Path
        TextGrid with a phone tier; several tiers, such as ``ann - phones`` and
        ``bob - phones``, are all read.
    notation : str
        ``"ipa"`` or ``"arpabet"``.

    Returns
    -------
    tuple of Phone
        Ordered by time.

    Raises
    ------
    FileNotFoundError
        If the file does not exist.
    ImportError
        If praatio is not installed.
    ValueError
        If there is no phone tier.

    Example
    -------
    >>> from praatio.textgrid import IntervalTier, Textgrid
    >>> grid, path = Textgrid(), str(getfixture("tmp_path") / "a.TextGrid")
    >>> grid.addTier(IntervalTier("phones", [(0, 0.4, "tʰ")], 0, 1))
    >>> grid.save(path, "short_textgrid", includeBlankSpaces=True)
    >>> read_textgrid(path)
    (Phone(ipa='tʰ', start_s=0.0, end_s=0.4, confidence=1.0, raw='tʰ'),)
    """
    path = Path(path)
    if not path.exists():
        raise FileNotFoundError(f"expected a TextGrid at {path}, found none")
    grid = _praatio().openTextgrid(str(path), includeEmptyIntervals=False)
    tiers = [
        grid.getTier(name)
        for name in grid.tierNames
        if name.rpartition(" - ")[2].strip().lower() in TIERS
    ]
    if not tiers:
        raise ValueError(
            f"{path}: expected a tier named {' or '.join(TIERS)}, found "
            f"{', '.join(grid.tierNames) or 'no tier'}; rename the phone "
            "tier"
        )
    segments = [
        (entry.label, entry.start, entry.end)
        for tier in tiers
        for entry in tier.entries
    ]
    return phones_of(segments, notation)


def _praatio():
    """Import the reader of praatio."""
    try:
        from praatio import textgrid
    except ImportError as error:
        raise ImportError(
            "TextGrids are read by praatio, which is not installed; "
            "pip install -e '.[phones]' in the clone of speechbrain-clser"
        ) from error
    return textgrid
