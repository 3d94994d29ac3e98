"""Sample the speakers that are held out, for validation and test sets."""

import collections
import functools

from speechbrain_clser.data import sampling
from speechbrain_clser.data.protocol import Protocol

N_SAMPLES = 100  # of held-out speakers, until two have each class


def cut_off(
    rows, share, purpose, protocol: Protocol, kept=frozenset(), trial=0
) -> tuple:
    """Split off a fraction of the rows of every corpus and language.

    Arguments
    ---------
    rows : list of Utterance
        Rows with a class label.
    share : float
        Fraction to split off, 0-1: of the utterances, as whole speakers unless the
        protocol splits at random.
    purpose : str
        ``"valid"`` or ``"held-out"``, which has its own seed. The second has two
        speakers of each class, if possible.
    protocol : Protocol
        Provides the seed.
    kept : set of str
        Ids of rows that are not split off, nor others of their speakers.
    trial : int
        Each has its own seed.

    Returns
    -------
    tuple of list of Utterance
        The rest, and the rows that are split off, in the order of the rows.

    Raises
    ------
    ValueError
        If a corpus and language has one speaker, or common sessions connect all.
    """
    chosen = set()
    for origin, members in sampling.group(rows, origin_of).items():
        rng = sampling.rng_for(protocol, f"{purpose} of {origin}", trial)
        if protocol.split == "random":
            free = [row for row in members if row.id not in kept]
            size = min(round(share * len(members)), len(free))
            taken = rng.sample(free, size)
        else:
            sample = functools.partial(
                _whole_speakers,
                *(members, share, rng, origin, kept),
                besides=" besides those of the test set"
                * (purpose == "valid" and protocol.test_on == "held_out"),
            )
            taken = (
                _with_speakers_of_each_class(members, sample, protocol.scheme)
                if purpose == "held-out"
                else sample()
            )
        chosen.update(row.id for row in taken)
    return (
        [row for row in rows if row.id not in chosen],
        [row for row in rows if row.id in chosen],
    )


def halves(rows, protocol: Protocol) -> tuple:
    """Split rows into two speaker-disjoint halves.

    Speakers of each corpus and language are sampled with the protocol's seed;
    speakers of a common session stay together.

    Arguments
    ---------
    rows : sequence of Utterance
        Rows to split.
    protocol : Protocol
        Provides the seed.

    Returns
    -------
    tuple of list of Utterance
        The two halves, in the order of the rows.

    Raises
    ------
    ValueError
        If the speakers of a corpus and language cannot be split.

    Example
    -------
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> rows = [Utterance(s, "x.wav", "W", s, "deu") for s in "abcd"]
    >>> protocol = Protocol("x", ("emodb",), ("urdu",))
    >>> [len(half) for half in halves(rows, protocol)]
    [2, 2]
    """
    second = set()
    for origin, members in sampling.group(rows, origin_of).items():
        together = _together(members)
        if len(set(together.values())) < 2:
            raise ValueError(
                f"{origin}: expected two speakers or more without a common "
                f"session, to fit an adaptation to one half and apply it to "
                f"the other, found {len(together)} speakers "
                f"({', '.join(sorted(together))}); give --adaptation_form "
                f"transductive"
            )
        rng = sampling.rng_for(protocol, f"half of {origin}")
        second.update(
            row.id for row in _whole_speakers(members, 0.5, rng, origin)
        )
    return (
        [row for row in rows if row.id not in second],
        [row for row in rows if row.id in second],
    )


def _whole_speakers(rows, share, rng, origin, kept=frozenset(), besides=""):
    """Sample speakers until their rows are closest to the fraction."""
    together = _together(rows)
    speakers = sampling.group(rows, lambda row: together[row.speaker])
    if len(speakers) < 2:
        n_speakers = len(together)
        raise ValueError(
            f"{origin} has "
            + (
                f"one speaker ({rows[0].speaker}){besides}"
                if n_speakers == 1
                else f"{n_speakers} speakers connected by common sessions"
            )
            + ", so no speaker-disjoint part can be split off; use a protocol "
            "with `split: random` and `allowed_leaks: [speaker]`, or with "
            "`predefined_splits`"
        )
    names = sorted(speakers)
    rng.shuffle(names)
    stay = {together[row.speaker] for row in rows if row.id in kept}
    stay = stay or {names[-1]}
    wanted, taken = share * len(rows), []
    for name in [name for name in names if name not in stay]:
        if taken and len(taken) + len(speakers[name]) / 2 > wanted:
            break
        taken += speakers[name]
    return taken


def _with_speakers_of_each_class(rows, sample, scheme):
    """Repeat the sampling until two speakers of each class are in the sample.

    The interval of a recall needs two speakers. One remains outside, for training. If
    no sample has them, that with the fewest classes that lack speakers is kept.
    """

    def by_class(rows):
        found = collections.defaultdict(set)
        for row in rows:
            found[scheme.of(row)].add(row.speaker)
        return found

    every = {c: of for c, of in by_class(rows).items() if len(of) > 2}
    best, fewest = None, len(every) + 1
    for _ in range(N_SAMPLES):
        taken = sample()
        of_test = by_class(taken)
        lacking = sum(
            not 1 < len(of_test[c]) < len(of) for c, of in every.items()
        )
        if lacking < fewest:
            best, fewest = taken, lacking
        if not lacking:
            break
    return best


def _together(rows):
    """Map each speaker to the first of the speakers connected by sessions."""
    connected = {row.speaker: {row.speaker} for row in rows}
    sessions = sampling.group((row for row in rows if row.session), session_of)
    for members in sessions.values():
        group = set().union(*(connected[row.speaker] for row in members))
        for speaker in group:
            connected[speaker] = group
    return {speaker: min(group) for speaker, group in connected.items()}


def origin_of(row) -> str:
    """Return corpus and language of a row, within which speakers are sampled."""
    return f"{row.corpus}:{row.language}"


def session_of(row) -> str:
    """Return the session of a row with its corpus; blank if it has none."""
    return row.session and f"{row.corpus}/{row.session}"
