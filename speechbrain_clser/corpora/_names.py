"""Read corpora whose labels are in the names of files and folders."""

import re

from speechbrain_clser.data.corpus import recordings
from speechbrain_clser.data.utterance import Utterance

GENDERS = {"f": "female", "w": "female", "m": "male"}
FIELDS = ("speaker", "sentence", "session")


def by_name(root, pattern: str, language: str, female=None, case=str, **fields):
    """Yield the utterances of recordings whose names match, in file-name order.

    Arguments
    ---------
    root : str or Path
        Corpus folder.
    pattern : str
        Regular expression of the end of the path without its suffix, ``/`` between
        folders. What matches is the id. The groups ``emotion``, ``speaker``,
        ``sentence`` and ``session`` are the fields of the utterance, and ``gender``
        starts with f or w (female) or m.
    language : str
        ISO 639-3.
    female : collection of str, optional
        Female speakers, if there is no group ``gender``; all others are male.
    case : callable
        Applied to the path first, such as ``str.lower``.
    **fields : callable
        Field to a function of the match, for what no group contains.

    Yields
    ------
    Utterance
        One per match; other files are skipped.

    Example
    -------
    >>> root = getfixture("tmp_path")
    >>> (root / "anger").mkdir()
    >>> (root / "anger" / "f1_07.wav").touch()
    >>> name = r"(?P<emotion>[a-z]+)/(?P<speaker>(?P<gender>[fm])\\d)_\\d\\d"
    >>> (row,) = by_name(root, name, "ell")
    >>> row.id, row.raw_emotion, row.speaker, row.gender
    ('anger_f1_07', 'anger', 'f1', 'female')
    """
    path_of = re.compile(rf"(?:.*/)?(?P<id>{pattern})", re.DOTALL)
    for wav in recordings(root):
        match = path_of.fullmatch(case(wav.with_suffix("").as_posix()))
        if match is None:
            continue
        found = match.groupdict("")
        gender = GENDERS.get(found.get("gender", "")[:1].lower(), "")
        if female is not None:
            gender = "female" if found["speaker"] in female else "male"
        values = {
            "raw_emotion": found.get("emotion", ""),
            "gender": gender,
            **{name: found[name] for name in FIELDS if name in found},
            **{name: read(match) for name, read in fields.items()},
        }
        yield Utterance(
            id=re.sub(r"[^\w.-]+", "_", match["id"]),
            wav=str(wav),
            language=language,
            **values,
        )
