"""Read reference phones from the manifest or from files of an aligner."""

import collections
from collections.abc import Iterable, Mapping
from pathlib import Path

from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.features.phones.phone import phones_of

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
        If it cannot be read or has no phone tier, or a phone is unknown.

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
    textgrid, praatio_error = _praatio()
    try:
        grid = textgrid.openTextgrid(str(path), includeEmptyIntervals=False)
    except (praatio_error, LookupError, ValueError) as error:
        raise ValueError(
            f"{path}: expected a TextGrid, found content that cannot be read "
            f"({type(error).__name__}: {error}); export it again"
        ) from error
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
    return _phones(segments, notation, path)


def _phones(segments, notation, where):
    """Convert segments to phones; errors name the file, and the recording."""
    try:
        return phones_of(segments, notation)
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error


def _praatio():
    """Import the reader of praatio, and its base class of errors."""
    try:
        from praatio import textgrid
        from praatio.utilities.errors import PraatioException
    except ImportError as error:
        raise ImportError(
            "TextGrids are read by praatio, which is not installed; "
            "pip install -e '.[phones]' in the clone of speechbrain-clser"
        ) from error
    return textgrid, PraatioException


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
        If a line is malformed, or a phone is unknown.

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
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path}: expected a CTM file in UTF-8, found {error}; save it as UTF-8"
        ) from error
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
    return {
        name: _phones(of_one, notation, f"{path}, {name}")
        for name, of_one in segments.items()
    }


def known_phones(rows: Iterable[Utterance]) -> dict:
    """Return the phones of the manifest by utterance id; empty without phones.

    Example
    -------
    >>> row = Utterance("1", "1.wav", "W", "x", "deu", phones=(("ˈa", 0, 0.1),))
    >>> known_phones([row])["1"][0].ipa
    'a'
    """
    return {row.id: phones_of(row.phones) for row in rows}


def aligned_phones(
    rows: Iterable[Utterance], alignments, notation: str = "ipa"
) -> Mapping:
    """Read the output of an aligner, matched to utterances by id or file name.

    Arguments
    ---------
    rows : iterable of Utterance
        ``03a01Fa.wav`` of ``emodb`` has the alignment ``emodb_03a01Fa`` or
        ``03a01Fa``; a segment that of its id, with times from its start.
    alignments : str or Path
        A CTM file, or a folder with a ``.TextGrid`` per recording, at any depth.
    notation : str
        ``"ipa"`` or ``"arpabet"``.

    Returns
    -------
    dict
        Utterance id to tuple of Phone; empty without alignment.

    Raises
    ------
    FileNotFoundError
        If there is neither a CTM file nor a folder with a TextGrid.
    ValueError
        If a file cannot be read, two TextGrids have the same name, or one
        alignment has the file name of several utterances.

    Example
    -------
    >>> path = getfixture("tmp_path") / "phones.ctm"
    >>> _ = path.write_text("03a01Fa 1 0.10 0.08 n\\n")
    >>> row = Utterance("emodb_03a01Fa", "wav/03a01Fa.wav", "F", "03", "deu")
    >>> aligned_phones([row], path)["emodb_03a01Fa"][0].ipa
    'n'
    """
    alignments = Path(alignments)
    if alignments.is_dir():
        there = _textgrids(alignments)
    else:
        there = read_ctm(alignments, notation)
    ids_of = collections.defaultdict(list)
    for row in rows:
        ids_of[row.id if row.id in there else Path(row.wav).stem].append(row.id)
    found = {}
    for name, ids in ids_of.items():
        phones = there.get(name, ())
        if phones and len(ids) > 1:
            raise ValueError(
                f"{alignments}: expected one utterance for the alignment {name!r}, "
                f"found {', '.join(ids)}; name alignments after these ids"
            )
        if isinstance(phones, Path):
            phones = read_textgrid(phones, notation)
        found |= dict.fromkeys(ids, phones)
    return found


def _textgrids(folder):
    """Map recording names to the TextGrids of a folder."""
    found = {}
    for path in sorted(folder.rglob("*.TextGrid")):
        if path.stem in found:
            raise ValueError(
                f"expected one TextGrid for each recording, found "
                f"{found[path.stem]} and {path}; keep one of them"
            )
        found[path.stem] = path
    if not found:
        raise FileNotFoundError(
            f"expected .TextGrid files in {folder}, found none; give the output "
            "folder of the aligner"
        )
    return found
