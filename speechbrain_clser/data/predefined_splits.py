"""Split corpora by given sizes, as in papers, or by their official splits."""

from speechbrain_clser.data.protocol import Protocol, selects
from speechbrain_clser.data.sampling import rng_for, stratified

# First word of a session, in a corpus with official splits, to split.
OFFICIAL = {"train": "train", "dev": "valid", "valid": "valid", "test": "test"}

# Training and validation rows, which are split by speaker later.
UNDIVIDED = "train or valid"


def sized_parts(rows, protocol: Protocol) -> dict:
    """Assign rows to the predefined splits of a protocol.

    Raises
    ------
    ValueError
        If sizes do not add up, or a corpus has no official splits.

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
    ...     [row],
    ...     Protocol.of("x", ("meld",), ("urdu",), predefined_splits=sizes),
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
    """Assign the official splits of a corpus: sessions start with their names."""
    parts = {row.id: row.session.partition("/")[0] for row in rows}
    unknown = sorted(set(parts.values()) - set(OFFICIAL))
    if unknown:
        raise ValueError(
            f"protocol {protocol.name!r}: predefined_splits of {selector} are "
            f"official: expected sessions that start with one of "
            f"{', '.join(OFFICIAL)}, found {unknown[0]!r}; give three numbers "
            f"instead"
        )
    parts = {name: OFFICIAL[part] for name, part in parts.items()}
    if "valid" not in parts.values():
        parts |= _official_valid(rows, parts, protocol)
    return parts


def _official_valid(rows, parts, protocol):
    """Take the validation set from a training set whose speakers are tested, too.

    If they are not, the training rows are left to the split by speaker.
    """
    train = [row for row in rows if parts[row.id] == "train"]
    tested = {row.speaker for row in rows if parts[row.id] == "test"}
    if tested.isdisjoint(row.speaker for row in train):
        return dict.fromkeys((row.id for row in train), UNDIVIDED)
    size = round(protocol.valid_share * len(train))
    rng = rng_for(protocol, f"valid of {train[0].corpus}")
    valid = stratified(train, size, protocol.scheme, rng)
    return dict.fromkeys((row.id for row in valid), "valid")


def _drawn(rows, sizes, selector, protocol):
    """Sample splits of given sizes, stratified by class, ignoring speakers."""
    if sum(sizes) != len(rows):
        raise ValueError(
            f"protocol {protocol.name!r}: predefined_splits of {selector} add "
            f"up to {sum(sizes)}, found {len(rows)} utterances in the "
            f"classes {', '.join(protocol.classes)}; complete the corpus, or "
            f"change the sizes"
        )
    rng = rng_for(protocol, f"sizes of {selector}")
    parts = dict.fromkeys((row.id for row in rows), "train")
    for name, size in (("test", sizes[2]), ("valid", sizes[1])):
        rest = [row for row in rows if parts[row.id] == "train"]
        for row in stratified(rest, size, protocol.scheme, rng):
            parts[row.id] = name
    return parts
