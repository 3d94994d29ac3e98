"""Cut the rows of a protocol into parts that do not overlap.

Sources give *train* and *valid*. Targets give *shots* (labelled), *unlabelled*
and *scored*. Every draw has its own seed, so one never moves another.
"""

import collections
import dataclasses
import random

from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.seeds import seed_for

PARTS = ("train", "valid", "shots", "unlabelled", "scored")


@dataclasses.dataclass(frozen=True)
class Parts:
    """The rows of a run, by what they may be used for.

    Arguments
    ---------
    train, valid : tuple of Utterance
        Of the sources, labelled.
    shots, unlabelled, scored : tuple of Utterance
        Of the targets; only the labels of ``shots`` may reach a method.
    left_out : dict
        Reason to number of rows that are in no part.
    """

    train: tuple
    valid: tuple
    shots: tuple
    unlabelled: tuple
    scored: tuple
    left_out: dict

    def items(self):
        """Pairs of part name and rows, in fixed order."""
        return [(name, getattr(self, name)) for name in PARTS]


def cut(rows, protocol: Protocol) -> Parts:
    """Divide rows as the protocol says.

    Arguments
    ---------
    rows : list of Utterance
        Of all corpora the protocol names, with canonical emotions.
    protocol : Protocol
        Sources, targets, classes, and how to cut.

    Returns
    -------
    Parts
        Rows in the order they came.

    Raises
    ------
    ValueError
        If a selector finds no row, a part stays empty, a class has no
        training utterance, or a class has too few utterances for the shots.
    """
    scheme = protocol.scheme
    left_out = collections.Counter()
    sources, targets = [], []
    for row in rows:
        side = (
            sources
            if _selects(protocol.sources, row)
            else targets
            if _selects(protocol.targets, row)
            else None
        )
        if side is None:
            left_out[f"{row.corpus} {row.language}: not in the protocol"] += 1
        elif scheme.index(row.emotion) is None:
            left_out[f"{row.corpus}: {row.emotion} is not a class"] += 1
        else:
            side.append(row)
    _every_selector_finds_rows(protocol, sources, targets)

    train, valid = _source_parts(sources, protocol)
    shots, unlabelled, scored = _target_parts(targets, protocol)
    parts = Parts(
        tuple(train),
        tuple(valid),
        tuple(shots),
        tuple(unlabelled),
        tuple(scored),
        dict(left_out),
    )
    _check(parts, protocol)
    return parts


def _selects(selectors, row):
    return (
        row.corpus in selectors or f"{row.corpus}:{row.language}" in selectors
    )


def _every_selector_finds_rows(protocol, sources, targets):
    for key, selectors, rows in (
        ("sources", protocol.sources, sources),
        ("targets", protocol.targets, targets),
    ):
        for selector in selectors:
            if not any(_selects([selector], row) for row in rows):
                known = sorted({f"{r.corpus}:{r.language}" for r in rows})
                raise ValueError(
                    f"protocol {protocol.name!r}: {key} names {selector!r}, "
                    f"but no utterance of a class in {list(protocol.classes)} "
                    f"belongs to it; found {known}"
                )


def _source_parts(rows, protocol):
    return _cut_off(rows, protocol.valid_share, "valid", protocol)


def _target_parts(rows, protocol):
    if protocol.transductive:
        return [], rows, rows
    if protocol.scored == "held_out":
        rest, scored = _cut_off(
            rows, protocol.held_out_share, "held-out", protocol
        )
    else:
        rest, scored = rows, rows
    if protocol.target_material == "none":
        return [], [], scored
    if protocol.target_material == "unlabelled":
        return [], rest, scored
    shots = _draw_shots(rest, protocol)
    taken = {row.id for row in shots}
    if protocol.scored == "all":
        return shots, [], [row for row in scored if row.id not in taken]
    return shots, [row for row in rest if row.id not in taken], scored


def _cut_off(rows, share, purpose, protocol):
    """Rows that stay, and the share that is cut off from every origin."""
    chosen = set()
    for origin, members in _group(rows, _origin).items():
        draw = random.Random(
            seed_for(protocol.split_seed, f"{purpose} of {origin}")
        )
        if protocol.split == "random":
            taken = draw.sample(members, round(share * len(members)))
        else:
            taken = _whole_speakers(members, share, draw, origin)
        chosen.update(row.id for row in taken)
    return (
        [row for row in rows if row.id not in chosen],
        [row for row in rows if row.id in chosen],
    )


def _draw_shots(rows, protocol):
    draw = random.Random(seed_for(protocol.split_seed, "shots"))
    scheme, shots = protocol.scheme, []
    for index, name in enumerate(protocol.classes):
        members = [row for row in rows if scheme.index(row.emotion) == index]
        if len(members) < protocol.shots:
            raise ValueError(
                f"protocol {protocol.name!r} wants {protocol.shots} shots of "
                f"{name!r}, the target has {len(members)} to draw from"
            )
        shots += draw.sample(members, protocol.shots)
    return shots


def _whole_speakers(rows, share, draw, origin):
    """Rows of speakers drawn until they come closest to the share."""
    speakers = _group(rows, lambda row: row.speaker)
    if len(speakers) < 2:
        raise ValueError(
            f"{origin} has one speaker ({rows[0].speaker}), so no "
            f"speaker-disjoint part can be cut off; use a protocol with "
            f"`split: random` and `allowed_leaks: [speaker]`"
        )
    names = sorted(speakers)
    draw.shuffle(names)
    wanted, taken = share * len(rows), []
    for name in names[:-1]:
        if taken and len(taken) + len(speakers[name]) / 2 > wanted:
            break
        taken += speakers[name]
    return taken


def _group(rows, key):
    groups = collections.defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups


def _origin(row):
    return f"{row.corpus}:{row.language}"


def _check(parts, protocol):
    for name in ("train", "valid", "scored"):
        if not getattr(parts, name):
            raise ValueError(
                f"protocol {protocol.name!r} leaves the part {name!r} empty; "
                f"left out: {parts.left_out or 'nothing'}"
            )
    scheme = protocol.scheme
    present = {
        scheme.index(row.emotion) for row in (*parts.train, *parts.shots)
    }
    missing = [
        name for i, name in enumerate(protocol.classes) if i not in present
    ]
    if missing:
        raise ValueError(
            f"protocol {protocol.name!r}: no training utterance of "
            f"{', '.join(missing)}; the sources give "
            f"{[protocol.classes[i] for i in sorted(present)]}"
        )
