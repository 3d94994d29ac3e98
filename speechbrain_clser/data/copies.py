"""Find recordings that are copies of each other, though no sample is the same.

Candidates are pairs of about the same length whose loudness is modulated alike,
by a vector that does not change with a shift. Each is confirmed by the correlation
of the changes of loudness over time; where the kept contours do not agree, the
recordings are read again and aligned to 4 ms.

On the 2,963 recordings of EMO-DB, EMOVO, RAVDESS and URDU this finds the one pair
that RAVDESS has and no other: takes of one sentence by one speaker reach 0.91, copies
by another codec or rate, softer, or shifted, 0.96 and more.
"""

import numpy as np

from speechbrain_clser.data.audio import load
from speechbrain_clser.data.contour import HOP_S, N_BANDS, contour, loudness

LEAST_CORRELATION = 0.95
LEAST_COSINE = 0.95  # of vectors of candidates
RATE_HZ = 16_000  # of candidates that are read again
SHIFTS = range(0, round(HOP_S * RATE_HZ), 64)  # every 4 ms
LENGTHS_S = 0.3  # codecs add silence
MAX_LAG = round(0.2 / HOP_S)
N_FRAMES = 256  # of a candidate's vector; about 8 s
N_RATES = 64  # of modulation, up to 8 Hz
LEAST_FRAMES = 16  # shorter ones are alike by chance
N_BLOCK = 2048


def same_recordings(rows) -> dict:
    """Name one recording for all copies of it.

    Arguments
    ---------
    rows : sequence of Utterance
        With digests; those without a contour are compared by digest alone.

    Returns
    -------
    dict
        Id to the id of the first row that has the same recording.

    Example
    -------
    >>> from speechbrain_clser.data.utterance import Utterance
    >>> rows = [Utterance(i, "", "", "s", "deu", digest="0a") for i in "ab"]
    >>> same_recordings(rows)
    {'a': 'a', 'b': 'a'}
    """
    first, by_digest = {}, {}
    for row in rows:
        by_digest.setdefault(row.digest or row.id, row)
        first[row.id] = by_digest[row.digest or row.id].id
    for one, other in near_copies(list(by_digest.values())):
        old, new = first[other.id], first[one.id]
        if old != new:
            first |= {name: new for name, of in first.items() if of == old}
    return first


def near_copies(rows: list) -> list:
    """List pairs of rows that are copies, though their samples differ.

    Arguments
    ---------
    rows : list of Utterance
        With contours.

    Returns
    -------
    list of (Utterance, Utterance)
        In the order of the rows.
    """
    changes = [changes_of(row.contour) for row in rows]
    known = [
        k for k, change in enumerate(changes) if len(change) >= LEAST_FRAMES
    ]
    known.sort(key=lambda k: len(changes[k]))
    lengths = np.array([len(changes[k]) for k in known])
    vectors = _vectors([changes[k] for k in known])
    found = []
    for start in range(0, len(known), N_BLOCK):
        block = vectors[start : start + N_BLOCK]
        longest = lengths[start : start + N_BLOCK][-1] + LENGTHS_S / HOP_S
        end = np.searchsorted(lengths, longest, side="right")
        alike = block @ vectors[start:end].T > LEAST_COSINE
        for i, j in zip(*np.nonzero(np.triu(alike, 1)), strict=True):
            one, other = sorted((known[start + i], known[start + j]))
            if (
                correlation(changes[one], changes[other]) > LEAST_CORRELATION
                or _aligned(rows[one], rows[other]) > LEAST_CORRELATION
            ):
                found.append((one, other))
    return [(rows[one], rows[other]) for one, other in sorted(found)]


def correlation(one, other) -> float:
    """Correlate changes of loudness at the lag at which they agree best.

    Arguments
    ---------
    one, other : numpy.ndarray, (frames, bands)
        Differences of neighbouring frames, in dB.

    Returns
    -------
    float
        -1 to 1; 0 if the lengths differ too much.

    Example
    -------
    >>> one = np.random.default_rng(0).standard_normal((40, 6))
    >>> round(correlation(one, np.pad(one, ((2, 0), (0, 0)))), 3)
    1.0
    """
    best = 0.0
    for lag in range(-MAX_LAG, MAX_LAG + 1):
        a, b = one[max(0, lag) :], other[max(0, -lag) :]
        n = min(len(a), len(b))
        if n < max(len(one), len(other)) - LENGTHS_S / HOP_S - MAX_LAG or not n:
            continue
        scale = np.linalg.norm(a[:n]) * np.linalg.norm(b[:n])
        if scale > 0:
            best = max(best, float((a[:n] * b[:n]).sum() / scale))
    return best


def _aligned(one, other):
    """Correlation of two rows, read again, at the best shift within a frame."""
    a, b = (load(row.wav, RATE_HZ).numpy() for row in (one, other))
    first = changes_of(contour(a, RATE_HZ))
    return max(
        correlation(first, changes_of(contour(b[shift:], RATE_HZ)))
        for shift in SHIFTS
    )


def changes_of(text: str) -> np.ndarray:
    """Differences of loudness between neighbouring frames.

    Arguments
    ---------
    text : str
        From ``contour``.

    Returns
    -------
    numpy.ndarray, (frames - 1, bands)
        In dB; no frames for an empty text.

    Example
    -------
    >>> changes_of("").shape
    (0, 6)
    """
    return np.diff(loudness(text), axis=0)


def _vectors(changes):
    """Unit vectors of modulation, the same for shifted copies."""
    vectors = np.zeros((len(changes), N_RATES * N_BANDS), np.float32)
    for k, change in enumerate(changes):
        rates = np.abs(np.fft.rfft(change[:N_FRAMES], N_FRAMES, axis=0))
        vectors[k] = rates[1 : N_RATES + 1].ravel()
    return vectors / np.maximum(
        np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9
    )
