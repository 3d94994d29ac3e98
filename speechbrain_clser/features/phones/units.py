"""Cluster frames into pseudo-phones with k-means, for untranscribed languages.

Frames of all languages share one set of centres, so a unit denotes the same sound in
all languages. Unit names are arbitrary.
"""

from collections.abc import Iterable, Mapping

import numpy as np
from sklearn.cluster import MiniBatchKMeans

from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.features.phones.phone import Phone
from speechbrain_clser.features.phones.runs import runs_of

N_UNITS = 64
FRAMES_PER_LANGUAGE = 50_000


class Units:
    """Assign each frame to the nearest centre.

    Arguments
    ---------
    centres : numpy.ndarray, (units, dim)
        Cluster centres; the complete state of a fit.

    Raises
    ------
    ValueError
        If there are fewer than 2 centres.

    Example
    -------
    >>> units = Units(np.array([[0.0], [10.0]]))
    >>> units.phones(np.array([[1.0], [0.0], [10.0]]), frames_per_s=50)
    (Phone(ipa='unit_0', start_s=0.0, end_s=0.04, confidence=0.94..., raw='unit_0'),
     Phone(ipa='unit_1', start_s=0.04, end_s=0.06, confidence=1.0, raw='unit_1'))
    """

    def __init__(self, centres):
        self.centres = np.asarray(centres, dtype=np.float64)
        if len(self.centres) < 2:
            raise ValueError(
                f"expected at least 2 units, got {len(self.centres)}; "
                "increase the number of units"
            )

    @classmethod
    def fit(
        cls,
        rows: Iterable[Utterance],
        frames: Mapping,
        n_units: int = N_UNITS,
        seed: int = 0,
    ):
        """Fit the cluster centres to the frames of utterances.

        Languages are balanced: the number of frames sampled from each is that of
        the smallest language, at most ``FRAMES_PER_LANGUAGE``.

        Arguments
        ---------
        rows : iterable of Utterance
            Training utterances only.
        frames : mapping
            Utterance id to (frames, dim); must be normalised, otherwise units
            represent speakers.
        n_units : int
            Number of centres.
        seed : int
            Seed of sampling and initialisation.

        Returns
        -------
        Units
            Independent of the order of rows.

        Raises
        ------
        ValueError
            If there are fewer frames than units.
        """
        languages = {}
        for row in sorted(rows, key=lambda row: row.id):
            languages.setdefault(row.language, []).append(row)
        random = np.random.default_rng(seed)
        drawn = [
            _draw(languages[language], frames, random)
            for language in sorted(languages)
        ]
        n_each = min((len(frames) for frames in drawn), default=0)
        if n_each * len(drawn) < n_units:
            raise ValueError(
                f"expected at least {n_units} frames for {n_units} units, balanced "
                f"over languages, found {n_each} in the smallest of {len(drawn)} "
                "languages; reduce the number of units or add utterances"
            )
        kmeans = MiniBatchKMeans(
            n_units, batch_size=4096, n_init=3, random_state=seed
        )
        kmeans.fit(np.concatenate([frames[:n_each] for frames in drawn]))
        return cls(kmeans.cluster_centers_)

    def phones(self, frames: np.ndarray, frames_per_s: float) -> tuple:
        """Segment an utterance, (frames, dim), into units without gaps.

        Confidence is 0 if two centres are equally near, 1 if a frame equals a centre.
        """
        frames = np.asarray(frames, dtype=np.float64)
        squared = (
            (frames**2).sum(axis=1, keepdims=True)
            - 2 * frames @ self.centres.T
            + (self.centres**2).sum(axis=1)
        ).clip(0)
        unit = squared.argmin(axis=1)
        nearest = np.sqrt(np.partition(squared, 1, axis=1)[:, :2])
        sure = 1 - nearest[:, 0] / nearest[:, 1].clip(1e-12)
        return tuple(
            Phone(
                f"unit_{n}",
                first / frames_per_s,
                last / frames_per_s,
                float(sure[first:last].mean()),
                f"unit_{n}",
            )
            for n, first, last in runs_of(unit)
        )

    def phones_all(
        self, rows: Iterable[Utterance], frames: Mapping, frames_per_s: float
    ) -> dict:
        """Segment utterances of any split into units, by id."""
        return {
            row.id: self.phones(frames[row.id], frames_per_s) for row in rows
        }


def _draw(rows, frames, random):
    """Sample frames of a language from all of its utterances, in random order."""
    n_each = -(-FRAMES_PER_LANGUAGE // len(rows))
    picked = []
    for row in rows:
        values = np.asarray(frames[row.id])
        picked.append(values[random.permutation(len(values))[:n_each]])
    picked = np.concatenate(picked)
    return picked[random.permutation(len(picked))[:FRAMES_PER_LANGUAGE]]
