"""Split the rows of a protocol into disjoint parts.

Sources are split into *train* and *valid*. Targets are split into
*target_labelled*, *unlabelled* and *test*; sources with few labels add to
*unlabelled*. Every random choice has its own seed and is independent of the others.

Rows without a class label can only be in *unlabelled* and do not affect the other
splits.
"""

import collections
import dataclasses

from speechbrain_clser.data import sampling
from speechbrain_clser.data.held_out import cut_off, origin_of, session_of
from speechbrain_clser.data.predefined_splits import UNDIVIDED, sized_parts
from speechbrain_clser.data.protocol import Protocol, selects
from speechbrain_clser.labels import near

PARTS = ("train", "valid", "target_labelled", "unlabelled", "test")
SOURCE, TARGET = 0, 1


@dataclasses.dataclass(frozen=True)
class Splits:
    """The rows of a run by split.

    Arguments
    ---------
    train, valid : tuple of Utterance
        Labelled source rows.
    target_labelled, unlabelled, test : tuple of Utterance
        Target rows; only the labels of ``target_labelled`` are available to a method.
        ``unlabelled`` also holds source rows if sources keep few labels, and
        rows without a class label.
    left_out : dict
        Reason to number of excluded rows.
    target_ids : frozenset of str
        Ids of the target rows; all others belong to the source.
    """

    train: tuple
    valid: tuple
    target_labelled: tuple
    unlabelled: tuple
    test: tuple
    left_out: dict
    target_ids: frozenset

    def items(self):
        """Return pairs of split name and rows, in fixed order."""
        return [(name, getattr(self, name)) for name in PARTS]

    def domain(self, row) -> int:
        """Return the domain of a row: 0 for source, 1 for target."""
        return TARGET if row.id in self.target_ids else SOURCE


def cut(rows, protocol: Protocol, trial: int = 0) -> Splits:
    """Split rows by a protocol.

    Arguments
    ---------
    rows : list of Utterance
        Rows of all corpora of the protocol, with canonical emotions; ``""`` for
        unlabelled rows.
    protocol : Protocol
        Defines sources, targets, classes and splits.
    trial : int
        Index of the trial of labelled utterances (``shots``,
        ``source_shots_per_class``, ``target_labelled_fraction``). Predefined
        splits are the same in all trials, and held-out speakers unless
        ``resample_held_out``.

    Returns
    -------
    Splits
        Rows in their original order. If sources and targets select the same
        rows, the held-out speakers (or the test part of ``predefined_splits``)
        are target, the others are source.

    Raises
    ------
    ValueError
        If a selector matches no row, sizes do not add up, a split is empty, a
        class has no training utterance, there are too few utterances for the
        labelled ones, or the test rows of a corpus in both sources and targets
        are undefined.
    """
    scheme = protocol.scheme
    left_out = collections.Counter()
    sources, targets, others = [], [], []
    for row in rows:
        if not selects((*protocol.sources, *protocol.targets), row):
            left_out[f"{row.corpus} {row.language}: not in the protocol"] += 1
        elif row.emotion in protocol.ignored:
            left_out[f"{row.corpus}: label {row.emotion} is ignored"] += 1
        elif scheme.of(row) is None:
            others.append(row)
        elif selects(protocol.targets, row):
            targets.append(row)
        else:
            sources.append(row)
    _every_selector_finds_rows(protocol, [*sources, *targets], others)

    sized = sized_parts([*sources, *targets], protocol)
    shared = {row.id for row in targets if selects(protocol.sources, row)}
    undivided = shared - sized.keys()
    _refuse_undivided(protocol, [r for r in targets if r.id in undivided])
    for row in sources:
        if sized.get(row.id) == "test":
            left_out[f"{row.corpus}: test part of a source"] += 1
    for row in targets:
        if sized.get(row.id, "test") != "test" and row.id not in shared:
            left_out[f"{row.corpus}: {sized[row.id]} part of a target"] += 1
    labelled, unlabelled, test = _target_parts(
        [row for row in targets if sized.get(row.id, "test") == "test"],
        undivided,
        protocol,
        trial,
    )
    taken = {row.id for part in (labelled, unlabelled, test) for row in part}
    sources = [
        row
        for row in _in_order(rows, [*sources, *targets])
        if row.id not in taken and selects(protocol.sources, row)
    ]
    train, valid = _source_parts(sources, sized, protocol)
    hidden = []
    if protocol.source_shots_per_class:
        kept = sampling.shots(train, "source", protocol, trial)
        known = {row.id for row in kept}
        hidden = [row for row in train if row.id not in known]
        train = [row for row in train if row.id in known]
    for row in targets:
        is_cut = sized.get(row.id, "test") == "test"
        if is_cut and row.id not in taken | undivided:
            left_out[f"{row.corpus}: the protocol does not use this part"] += 1
    pools = _pools(others, valid, test, protocol, left_out)
    hidden = _in_order(rows, [*hidden, *pools["source"]])
    unlabelled = _in_order(rows, [*unlabelled, *pools["target"]])
    parts = Splits(
        tuple(train),
        tuple(valid),
        tuple(labelled),
        (*hidden, *unlabelled),
        tuple(test),
        dict(left_out),
        frozenset(row.id for row in (*labelled, *unlabelled, *test)),
    )
    _check(parts, protocol)
    return parts


def _in_order(rows, some):
    """Return the selected rows in the order of all rows."""
    wanted = {row.id for row in some}
    return [row for row in rows if row.id in wanted]


def _every_selector_finds_rows(protocol, rows, others):
    for key in ("sources", "targets"):
        for selector in getattr(protocol, key):
            n_others = sum(selects([selector], row) for row in others)
            is_pool = key == "targets" and "target" in protocol.pools
            if is_pool and n_others and protocol.unlabelled_pool == "all":
                continue
            if any(selects([selector], row) for row in rows):
                continue
            found = sorted({f"{row.corpus}:{row.language}" for row in rows})
            raise ValueError(
                f"protocol {protocol.name!r}: {key} names {selector!r}, "
                f"found no utterance {protocol.scheme.wanted}; "
                + (
                    f"its {n_others} utterances have another label or none. "
                    f"Label those that are to "
                    + ("train" if key == "sources" else "be tested")
                    if n_others
                    else f"found {found}"
                )
            )


def _refuse_undivided(protocol, undivided):
    """Raise an error if the test rows of a shared corpus are undefined."""
    if not undivided:
        return
    where = (
        f"protocol {protocol.name!r}: sources and targets both select "
        f"{len(undivided)} utterances of "
        f"{', '.join(sorted({origin_of(row) for row in undivided}))}"
    )
    if protocol.target_supervision == "shots":
        raise ValueError(
            f"{where}, and target_supervision is shots; labelled utterances of "
            f"that corpus are sources already. Set `supervision: held_out`, "
            f"or take the corpus out of the sources"
        )
    if protocol.test_on != "held_out":
        raise ValueError(
            f"{where}, and test_on is {protocol.test_on}, so the training set is "
            f"empty. Set `supervision: held_out` (and `held_out_share`) to test on "
            f"whole speakers and train on the others, give `predefined_splits`, or "
            f"select different sessions on both sides (`corpus/session`)"
        )


def _source_parts(rows, sized, protocol):
    """Split source rows into training and validation."""
    sized = {name: part for name, part in sized.items() if part != UNDIVIDED}
    free = [
        row
        for row in rows
        if row.id not in sized and not selects(protocol.extra_sources, row)
    ]
    kept = set()
    while True:
        _, valid = cut_off(free, protocol.valid_share, "valid", protocol, kept)
        part = dict.fromkeys((row.id for row in rows), "train") | sized
        part |= dict.fromkeys((row.id for row in valid), "valid")
        lost = _without_training(rows, part, valid, protocol.scheme)
        if not lost:
            break
        kept |= lost
    return (
        [row for row in rows if part[row.id] == "train"],
        [row for row in rows if part[row.id] == "valid"],
    )


def _without_training(rows, part, valid, scheme):
    """Select a validation row of each class without training rows."""
    trained = {scheme.of(row) for row in rows if part[row.id] == "train"}
    by_class = sampling.group(valid, lambda row: scheme.of(row))
    return {of[0].id for c, of in by_class.items() if c not in trained}


def _target_parts(rows, shared, protocol, trial):
    """Split target rows into labelled, unlabelled and test rows."""
    if protocol.test_on == "held_out" and (shared or not protocol.transductive):
        rest, test = cut_off(
            *(rows, protocol.held_out_share, "held-out", protocol),
            trial=trial if protocol.resample_held_out else 0,
        )
        rest = [row for row in rest if row.id not in shared]
    else:
        rest = test = rows
    if protocol.transductive:
        return [], [*rest, *test] if shared else test, test
    if protocol.target_supervision == "none":
        return [], [], test
    if protocol.target_supervision == "unlabelled":
        return [], rest if protocol.test_on == "held_out" else [], test
    if protocol.shots:
        labelled = sampling.shots(rest, "target", protocol, trial)
    else:
        labelled = sampling.share(rest, len(rows), protocol, trial)
    taken = {row.id for row in labelled}
    if protocol.test_on == "all":
        return labelled, [], [row for row in test if row.id not in taken]
    return labelled, [row for row in rest if row.id not in taken], test


def _pools(others, valid, test, protocol, left_out):
    """Select the rows without a class label for the unlabelled set, by domain.

    Inductive training excludes speakers and sessions of validation and test rows,
    unless the protocol allows that leak.
    """
    kinds = {"speaker": lambda row: row.speaker, "session": session_of}
    kinds = [v for k, v in kinds.items() if k not in protocol.allowed_leaks]

    def values(rows):
        return {value(row) for row in rows for value in kinds} - {""}

    closed = {"source": values([*valid, *test])}
    closed["target"] = (
        values(valid) if protocol.transductive else closed["source"]
    )
    pools = {"source": [], "target": []}
    for row in others:
        reason = f"{row.corpus}: {protocol.scheme.why_unlabelled(row)}"
        sides = [
            side
            for side in ("target", "source")
            if side in protocol.pools
            and protocol.unlabelled_pool == "all"
            and selects(getattr(protocol, f"{side}s"), row)
            and not selects(protocol.predefined_splits, row)
        ]
        if not sides:
            left_out[reason] += 1
        elif values([row]) & closed[sides[0]]:
            left_out[f"{reason}, and its speaker or session is held out"] += 1
        else:
            pools[sides[0]].append(row)
    return pools


def _if_valid(name, parts, protocol):
    """Return why the validation set is empty and what to do, for the message."""
    if name != "valid":
        return ""
    return (
        f"valid_share is {protocol.valid_share:g} of {len(parts.train)} source "
        f"utterances, and at least one of each class stays in the training "
        f"set; add utterances, or give a larger valid_share; "
    )


def _check(parts, protocol):
    if protocol.targets and parts.unlabelled and not parts.test:
        raise ValueError(
            f"protocol {protocol.name!r}: expected target utterances "
            f"{protocol.scheme.wanted}, found none to test on; label those of "
            f"a few speakers (column {protocol.scheme.columns_of_tables} of "
            f"your own table); training will not use these labels"
        )
    for name in ("train", "valid", "test")[: 3 if protocol.targets else 2]:
        if not getattr(parts, name):
            raise ValueError(
                f"protocol {protocol.name!r}: the split {name!r} is empty; "
                + _if_valid(name, parts, protocol)
                + f"left out: {parts.left_out or 'nothing'}"
            )
    if protocol.target_supervision == "unlabelled" and not any(
        map(parts.domain, parts.unlabelled)
    ):
        raise ValueError(
            f"protocol {protocol.name!r}: the unlabelled set is empty, because "
            f"every target speaker is in the test set; set `supervision: "
            f"unlabelled`, or `transductive` to adapt to the test audio, or "
            f"add unlabelled utterances of other speakers; left out: "
            f"{parts.left_out or 'nothing'}"
        )
    scheme = protocol.scheme
    present = {scheme.of(row) for row in (*parts.train, *parts.target_labelled)}
    missing = [
        name for i, name in enumerate(scheme.classes) if i not in present
    ]
    if missing:
        raise ValueError(
            f"protocol {protocol.name!r}: no training utterance of "
            f"{', '.join(name + near(name) for name in missing)}; the sources give "
            f"{[protocol.classes[i] for i in sorted(present)]}. Label some, "
            f"correct the name, or remove {' and '.join(missing)} from the "
            f"classes"
        )
