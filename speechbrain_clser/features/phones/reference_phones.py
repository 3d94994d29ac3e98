"""Read reference phones from the manifest or from files of an aligner."""

import collections
from collections.abc import Iterable, Mapping
from pathlib import Path

from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.features.phones.ctm import read_ctm
from speechbrain_clser.features.phones.segments import phones_of
from speechbrain_clser.features.phones.textgrid import read_textgrid


def known_phones(rows: Iterable[Utterance]) -> dict:
    """Return the phones of the manifest.

    Arguments
    ---------
    rows : iterable of Utterance
        Utterances with or without phones.

    Returns
    -------
    dict
        Utterance id to tuple of Phone; empty without phones.

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
