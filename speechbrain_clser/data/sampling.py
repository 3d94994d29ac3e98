"""Random choices among utterances: each from a seed of its own purpose."""

import collections
import random

from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.labels import Scheme
from speechbrain_clser.seeds import seed_for


def rng_for(protocol: Protocol, purpose: str, trial: int = 0) -> random.Random:
    """Make the random numbers of one choice.

    Arguments
    ---------
    protocol : Protocol
        Gives the seed.
    purpose : str
        What is chosen.
    trial : int
        Which trial of it; the first is 0.

    Returns
    -------
    random.Random
        The same for the same three.

    Example
    -------
    >>> protocol = Protocol("pair", ("emodb",), ("urdu",))
    >>> rng_for(protocol, "shots").random() == rng_for(
    ...     protocol, "shots"
    ... ).random()
    True
    """
    if trial:
        purpose = f"{purpose}, draw {trial}"
    return random.Random(seed_for(protocol.split_seed, purpose))


def stratified(rows, size: int, scheme: Scheme, rng: random.Random) -> list:
    """Draw so many rows, of each class as near to its share as can be.

    Arguments
    ---------
    rows : list of Utterance
        To draw from, all of some class.
    size : int
        How many.
    scheme : Scheme
        Gives the class.
    rng : random.Random
        From ``rng_for``.

    Returns
    -------
    list of Utterance
        Class by class. What whole rows leave over goes to the classes that
        lose most by rounding, the first of them in a tie; a class that would
        get none takes one of the largest, while that has two.
    """
    by_class = group(rows, lambda row: scheme.index(row.emotion))
    exact = {c: size * len(by_class[c]) / len(rows) for c in sorted(by_class)}
    sizes = {c: int(share) for c, share in exact.items()}
    by_remainder = sorted(exact, key=lambda c: sizes[c] - exact[c])
    for c in by_remainder[: size - sum(sizes.values())]:
        sizes[c] += 1
    for c in sizes:
        largest = max(sizes, key=sizes.get)
        if not sizes[c] and sizes[largest] > 1:
            sizes[largest] -= 1
            sizes[c] += 1
    return [row for c in sizes for row in rng.sample(by_class[c], sizes[c])]


def shots(rows, side: str, protocol: Protocol, trial: int = 0) -> list:
    """Draw as many rows of every class as the protocol has shots.

    Arguments
    ---------
    rows : list of Utterance
        To draw from.
    side : str
        ``"source"`` or ``"target"``: whose shots.
    protocol : Protocol
        Gives their number.
    trial : int
        Which trial.

    Returns
    -------
    list of Utterance
        Class by class.

    Raises
    ------
    ValueError
        If a class has fewer.
    """
    n_shots, purpose = {
        "source": (protocol.source_shots_per_class, "source shots"),
        "target": (protocol.shots, "shots"),
    }[side]
    by_class = group(rows, lambda row: protocol.scheme.index(row.emotion))
    rng = rng_for(protocol, purpose, trial)
    drawn = []
    for index, name in enumerate(protocol.classes):
        members = by_class[index]
        if len(members) < n_shots:
            raise ValueError(
                f"protocol {protocol.name!r} wants {n_shots} shots of "
                f"{name!r}, the {side} has {len(members)} to draw from"
            )
        drawn += rng.sample(members, n_shots)
    return drawn


def share(rows, n_target: int, protocol: Protocol, trial: int = 0) -> list:
    """Draw a share of the whole target out of the rows that may be labelled.

    Arguments
    ---------
    rows : list of Utterance
        To draw from.
    n_target : int
        Size of the whole target.
    protocol : Protocol
        Gives the share.
    trial : int
        Which trial.

    Returns
    -------
    list of Utterance
        In the proportions of the classes among ``rows``, and at least one of
        each.

    Raises
    ------
    ValueError
        If there are not so many rows.
    """
    classes = {protocol.scheme.index(row.emotion) for row in rows}
    size = max(
        round(protocol.target_labelled_fraction * n_target), len(classes)
    )
    if size > len(rows):
        raise ValueError(
            f"protocol {protocol.name!r} wants {size} of {n_target} target "
            f"utterances labelled, but {len(rows)} are left by those held "
            f"out; lower target_labelled_fraction or held_out_share"
        )
    rng = rng_for(protocol, "target share", trial)
    return stratified(rows, size, protocol.scheme, rng)


def group(rows, key) -> dict:
    """Put rows together that have a key in common.

    Arguments
    ---------
    rows : iterable of Utterance
        To be grouped.
    key : callable
        ``key(row)``.

    Returns
    -------
    dict
        Key to rows, in the order they came; an unknown key has none.

    Example
    -------
    >>> group(["ab", "ac", "b"], lambda row: row[0])["a"]
    ['ab', 'ac']
    """
    groups = collections.defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups
