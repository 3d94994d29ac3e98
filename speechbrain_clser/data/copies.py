"""Detect recordings that are copies of each other, even if their samples differ.

Candidates are pairs of similar duration whose loudness modulation spectra, which
are invariant to shifts, have a high cosine similarity. Each candidate is confirmed
by the maximum cross-correlation of the waveforms, which is low for another take and
for synthetic speech with another pitch.
"""

import numpy as np
import scipy.fft

from speechbrain_clser.data.audio import load
from speechbrain_clser.data.contour import HOP_S, N_BANDS, loudness

LEAST_CORRELATION = 0.7
LEAST_COSINE = 0.95  # cosine similarity of candidates
RATE_HZ = 8_000  # sampling rate for the cross-correlation
BAND_HZ = (100, 3600)  # excludes hum and what low rates lose
LENGTHS_S = 0.3  # maximum difference in duration; codecs add silence
N_FRAMES = 256  # frames per modulation spectrum; about 8 s
N_RATES = 64  # modulation frequencies, up to 8 Hz
LEAST_FRAMES = 16  # shorter recordings are similar by chance
N_BLOCK = 2048


def same_recordings(rows, groups=None) -> dict:
    """Map each row to the first row that has the same recording.

    Arguments
    ---------
    rows : sequence of Utterance
        With digests; rows without a contour are compared by digest only.
    groups : dict, optional
        Id to group; copies with different samples are searched across groups
        only.

    Returns
    -------
    dict
        Id to the id of the first row with the same recording.

    Raises
    ------
    BadAudioError
        If a possible copy can no longer be read.

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
    for one, other in near_copies(rows, groups):
        old, new = first[other.id], first[one.id]
        if old != new:
            first |= {name: new for name, of in first.items() if of == old}
    return first


def near_copies(rows, groups=None) -> list:
    """List pairs of rows that are copies with different samples.

    Arguments
    ---------
    rows, groups : sequence of Utterance, dict
        As for ``same_recordings``; rows need contours.

    Returns
    -------
    list of (Utterance, Utterance)
        In the order of the rows.

    Raises
    ------
    BadAudioError
        If a possible copy can no longer be read.
    """
    changes = [np.diff(loudness(row.contour), axis=0) for row in rows]
    known = [k for k, of in enumerate(changes) if len(of) >= LEAST_FRAMES]
    known.sort(key=lambda k: len(changes[k]))
    lengths = np.array([len(changes[k]) for k in known])
    vectors = _vectors([changes[k] for k in known])
    named = [groups[rows[k].id] if groups else k for k in known]
    _, group = np.unique(np.array(named), return_inverse=True)
    pairs = []
    for start in range(0, len(known), N_BLOCK):
        block = slice(start, start + N_BLOCK)
        longest = lengths[block][-1] + LENGTHS_S / HOP_S
        near = slice(start, np.searchsorted(lengths, longest, side="right"))
        alike = vectors[block] @ vectors[near].T > LEAST_COSINE
        alike &= group[block, None] != group[None, near]
        alike &= lengths[None, near] - lengths[block, None] <= LENGTHS_S / HOP_S
        found = np.argwhere(np.triu(alike, 1)) + start
        pairs += [sorted((known[i], known[j])) for i, j in found]
    return [
        (rows[one], rows[other])
        for one, other in sorted(pairs)
        if rows[one].digest != rows[other].digest
        and _correlation(rows[one].wav, rows[other].wav) > LEAST_CORRELATION
    ]


def _correlation(one, other):
    """Return the maximum normalised cross-correlation of two recordings."""
    a, b = (load(path, RATE_HZ).numpy() for path in (one, other))
    n_samples = scipy.fft.next_fast_len(len(a) + len(b), real=True)
    spectra = []
    for samples in (a, b):
        spectrum = scipy.fft.rfft(samples, n_samples)
        low, high = (round(hz * n_samples / RATE_HZ) for hz in BAND_HZ)
        spectrum[:low] = spectrum[high:] = 0
        spectra.append(spectrum / max(np.linalg.norm(spectrum), 1e-9))
    # Twice as many points, because a shift need not be a whole sample. The
    # one-sided spectra each hold half of the energy, hence the factor.
    n_points = 2 * n_samples
    products = scipy.fft.irfft(spectra[0] * spectra[1].conj(), n_points)
    return float(np.abs(products).max()) * n_points / 2


def _vectors(changes):
    """Return unit-length modulation spectra, invariant to shifts."""
    vectors = np.zeros((len(changes), N_RATES * N_BANDS), np.float32)
    for k, change in enumerate(changes):
        rates = np.abs(np.fft.rfft(change[:N_FRAMES], N_FRAMES, axis=0))
        vectors[k] = rates[1 : N_RATES + 1].ravel()
    return vectors / np.maximum(
        np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9
    )
