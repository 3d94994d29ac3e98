"""Parts of given sizes, as papers report them, and parts a corpus comes with."""

from speechbrain_clser.data.protocol import Protocol, selects
from speechbrain_clser.data.sampling import rng_for, stratified

# First word of a session, in a corpus with official parts, to our part.
OFFICIAL = {"train": "train", "dev": "valid", "valid": "valid", "test": "test"}


def sized_parts(rows, protocol: Protocol) -> dict:
    """Say in which part each row is of which the protocol gives the sizes.

    Arguments
    ---------
    rows : list of Utterance
        Of sources and targets, all of some class.
    protocol : Protocol
        With ``sizes``.

    Returns
    -------
    dict
        Id to ``"train"``, ``"valid"`` or ``"test"``; rows of other corpora
        are not in it.

    Raises
    ------
    ValueError
        If sizes do not add up, or a corpus has no official parts.

    Example
    -------
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> row = Utterance(
    ...     "1",
    ...     "1.wav",
    ...     "joy",
    ...     "Ross",
    ...     "eng",
    ...     corpus="meld",
    ...     emotion="happiness",
    ...     session="dev/dia3",
    ... )
    >>> sizes = {"meld": "official"}
    >>> sized_parts(
    ...     [row], Protocol("x", ("meld",), ("urdu",), predefined_splits=sizes)
    ... )
    {'1': 'valid'}
    """
    parts = {}
    for selector, sizes in protocol.predefined_splits.items():
        members = [row for row in rows if selects([selector], row)]
        if sizes == "official":
            parts |= _official(members, selector, protocol)
        else:
            parts |= _drawn(members, sizes, selector, protocol)
    return parts


def _official(rows, selector, protocol):
    """Parts that a corpus comes with: its sessions start with their names."""
    parts = {row.id: row.session.partition("/")[0] for row in rows}
    strange = sorted(set(parts.values()) - set(OFFICIAL))
    if strange:
        raise ValueError(
            f"protocol {protocol.name!r}: sizes of {selector} are official, "
            f"but its sessions start with {strange[0]!r} and not with one of "
            f"{', '.join(OFFICIAL)}; give three numbers instead"
        )
    return {name: OFFICIAL[part] for name, part in parts.items()}


def _drawn(rows, sizes, selector, protocol):
    """Parts of given sizes, drawn class by class, whoever speaks."""
    if sum(sizes) != len(rows):
        raise ValueError(
            f"protocol {protocol.name!r}: sizes of {selector} add up to "
            f"{sum(sizes)}, but {len(rows)} utterances are there in the "
            f"classes {', '.join(protocol.classes)}; complete the corpus, or "
            f"write sizes of your own"
        )
    rng = rng_for(protocol, f"sizes of {selector}")
    parts = dict.fromkeys((row.id for row in rows), "train")
    for name, size in (("test", sizes[2]), ("valid", sizes[1])):
        rest = [row for row in rows if parts[row.id] == "train"]
        for row in stratified(rest, size, protocol.scheme, rng):
            parts[row.id] = name
    return parts
