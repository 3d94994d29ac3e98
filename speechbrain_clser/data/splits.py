"""Cut the rows of a protocol into parts that do not overlap.

Sources give *train* and *valid*. Targets give *shots* (labelled), *unlabelled*
and *scored*; sources of which only a few utterances keep their label give to
*unlabelled* too. Every draw has its own seed, so one never moves another.
"""

import collections
import dataclasses

from speechbrain_clser.data import draws
from speechbrain_clser.data.protocol import Protocol, selects
from speechbrain_clser.data.sizes import sized_parts

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
        ``unlabelled`` holds source utterances too where sources keep few
        labels.
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


def cut(rows, protocol: Protocol, draw: int = 0) -> Parts:
    """Divide rows as the protocol says.

    Arguments
    ---------
    rows : list of Utterance
        Of all corpora the protocol names, with canonical emotions.
    protocol : Protocol
        Sources, targets, classes, and how to cut.
    draw : int
        Which drawing of labelled utterances (``shots``, ``source_shots``,
        ``target_share``); speakers and sizes are cut alike in all of them.

    Returns
    -------
    Parts
        Rows in the order they came.

    Raises
    ------
    ValueError
        If a selector finds no row, sizes do not add up, a part stays empty, a
        class has no training utterance, or too few utterances are there to
        draw labelled ones from.
    """
    scheme = protocol.scheme
    left_out = collections.Counter()
    sources, targets = [], []
    for row in rows:
        side = (
            sources
            if selects(protocol.sources, row)
            else targets
            if selects(protocol.targets, row)
            else None
        )
        if side is None:
            left_out[f"{row.corpus} {row.language}: not in the protocol"] += 1
        elif scheme.index(row.emotion) is None:
            left_out[f"{row.corpus}: {row.emotion} is not a class"] += 1
        else:
            side.append(row)
    _every_selector_finds_rows(protocol, sources, targets)

    sized = sized_parts([*sources, *targets], protocol)
    for row in sources:
        if sized.get(row.id) == "test":
            left_out[f"{row.corpus}: test part of a source"] += 1
    for row in targets:
        if sized.get(row.id, "test") != "test":
            left_out[f"{row.corpus}: {sized[row.id]} part of a target"] += 1
    train, valid = _source_parts(sources, sized, protocol)
    shots, unlabelled, scored = _target_parts(
        [row for row in targets if sized.get(row.id, "test") == "test"],
        protocol,
        draw,
    )
    if protocol.source_shots:
        labelled = draws.shots(train, "source", protocol, draw)
        known = {row.id for row in labelled}
        unlabelled = [row for row in train if row.id not in known] + unlabelled
        train = [row for row in train if row.id in known]
    taken = {row.id for part in (shots, unlabelled, scored) for row in part}
    for row in targets:
        if row.id not in taken and sized.get(row.id, "test") == "test":
            left_out[f"{row.corpus}: the protocol does not use this part"] += 1
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


def _every_selector_finds_rows(protocol, sources, targets):
    for key, selectors, rows in (
        ("sources", protocol.sources, sources),
        ("targets", protocol.targets, targets),
    ):
        for selector in selectors:
            if not any(selects([selector], row) for row in rows):
                known = sorted({f"{r.corpus}:{r.language}" for r in rows})
                raise ValueError(
                    f"protocol {protocol.name!r}: {key} names {selector!r}, "
                    f"but no utterance of a class in {list(protocol.classes)} "
                    f"belongs to it; found {known}"
                )


def _source_parts(rows, sized, protocol):
    """Training and validation, by sizes where there are any."""
    _, cut_off = _cut_off(
        [row for row in rows if row.id not in sized],
        protocol.valid_share,
        "valid",
        protocol,
    )
    part = dict.fromkeys((row.id for row in rows), "train") | sized
    part |= dict.fromkeys((row.id for row in cut_off), "valid")
    return (
        [row for row in rows if part[row.id] == "train"],
        [row for row in rows if part[row.id] == "valid"],
    )


def _target_parts(rows, protocol, draw):
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
    if protocol.shots:
        shots = draws.shots(rest, "target", protocol, draw)
    else:
        shots = draws.share(rest, len(rows), protocol, draw)
    taken = {row.id for row in shots}
    if protocol.scored == "all":
        return shots, [], [row for row in scored if row.id not in taken]
    return shots, [row for row in rest if row.id not in taken], scored


def _cut_off(rows, share, purpose, protocol):
    """Rows that stay, and the share that is cut off from every origin."""
    chosen = set()
    for origin, members in draws.group(rows, _origin).items():
        rng = draws.rng_for(protocol, f"{purpose} of {origin}")
        if protocol.split == "random":
            taken = rng.sample(members, round(share * len(members)))
        else:
            taken = _whole_speakers(members, share, rng, origin)
        chosen.update(row.id for row in taken)
    return (
        [row for row in rows if row.id not in chosen],
        [row for row in rows if row.id in chosen],
    )


def _whole_speakers(rows, share, rng, origin):
    """Rows of speakers drawn until they come closest to the share."""
    together = _together(rows)
    speakers = draws.group(rows, lambda row: together[row.speaker])
    if len(speakers) < 2:
        n_speakers = len(together)
        raise ValueError(
            f"{origin} has "
            + (
                f"one speaker ({rows[0].speaker})"
                if n_speakers == 1
                else f"{n_speakers} speakers who meet in its sessions"
            )
            + ", so no speaker-disjoint part can be cut off; use a protocol "
            "with `split: random` and `allowed_leaks: [speaker]`, or with "
            "`sizes`"
        )
    names = sorted(speakers)
    rng.shuffle(names)
    wanted, taken = share * len(rows), []
    for name in names[:-1]:
        if taken and len(taken) + len(speakers[name]) / 2 > wanted:
            break
        taken += speakers[name]
    return taken


def _together(rows):
    """Speaker to the first of all those who meet in sessions, by name."""
    meeting = {row.speaker: {row.speaker} for row in rows}
    sessions = draws.group((row for row in rows if row.session), _session)
    for members in sessions.values():
        everyone = set().union(*(meeting[row.speaker] for row in members))
        for speaker in everyone:
            meeting[speaker] = everyone
    return {speaker: min(everyone) for speaker, everyone in meeting.items()}


def _origin(row):
    return f"{row.corpus}:{row.language}"


def _session(row):
    return f"{row.corpus}/{row.session}"


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
