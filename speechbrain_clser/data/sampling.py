"""Sample utterances with an independent seed for each purpose."""

import collections
import random

from speechbrain_clser.data.protocol import Protocol
from speechbrain_clser.seeds import seed_for


def rng_for(protocol: Protocol, purpose: str, trial: int = 0) -> random.Random:
    """Create the random generator of one purpose.

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


def stratified(rows, size: int, scheme, rng: random.Random) -> list:
    """Draw a stratified sample of rows.

    Arguments
    ---------
    rows : list of Utterance
        Candidates with a class label.
    size : int
        Sample size.
    scheme : Classes or Dimensions
        Gives the class of an utterance.
    rng : random.Random
        Output of ``rng_for``.

    Returns
    -------
    list of Utterance
        Ordered by class. Class sizes use the largest-remainder method, with
        ties resolved by class order; a class without rows takes one from the
        largest class if that has two or more.
    """
    by_class = group(rows, lambda row: scheme.of(row))
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
    """Sample the labelled shots of each class, in the order of the classes.

    ``side`` is ``"source"`` or ``"target"``.

    Raises
    ------
    ValueError
        If a class has fewer rows.
    """
    n_shots, purpose = {
        "source": (protocol.source_shots_per_class, "source shots"),
        "target": (protocol.shots, "shots"),
    }[side]
    by_class = group(rows, lambda row: protocol.scheme.of(row))
    rng = rng_for(protocol, purpose, trial)
    drawn = []
    for index, name in enumerate(protocol.classes):
        members = by_class[index]
        if len(members) < n_shots:
            raise ValueError(
                f"protocol {protocol.name!r}: expected {n_shots} shots of "
                f"{name!r}, found {len(members)} utterances in the {side}"
            )
        drawn += rng.sample(members, n_shots)
    return drawn


def share(rows, n_target: int, protocol: Protocol, trial: int = 0) -> list:
    """Sample the labelled fraction of the target, at least one of each class.

    The fraction is one of all ``n_target`` target utterances, not of ``rows``.

    Raises
    ------
    ValueError
        If there are too few rows.
    """
    classes = {protocol.scheme.of(row) for row in rows}
    size = max(
        round(protocol.target_labelled_fraction * n_target), len(classes)
    )
    if size > len(rows):
        raise ValueError(
            f"protocol {protocol.name!r}: expected {size} of {n_target} target "
            f"utterances to label, found {len(rows)} that are not held out; "
            f"lower target_labelled_fraction or held_out_share"
        )
    rng = rng_for(protocol, "target share", trial)
    return stratified(rows, size, protocol.scheme, rng)


def group(rows, key) -> dict:
    """Group rows by a key.

    Example
    -------
    >>> group(["ab", "ac", "b"], lambda row: row[0])["a"]
    ['ab', 'ac']
    """
    groups = collections.defaultdict(list)
    for row in rows:
        groups[key(row)].append(row)
    return groups
