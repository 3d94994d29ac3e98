"""Pseudo-phones for languages that nobody has written down: k-means of frames.

Frames of all languages share one set of centres, so a unit is the same sound
wherever it is heard; what it is called says nothing.
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
    """Name each frame by the centre that is nearest.

    Arguments
    ---------
    centres : numpy.ndarray, (units, dim)
        All there is to keep of a fit.

    Raises
    ------
    ValueError
        If there are fewer than 2.

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
                f"expected at least 2 units, got {len(self.centres)}; one for "
                "everything tells nothing apart"
            )

    @classmethod
    def fit(
        cls,
        rows: Iterable[Utterance],
        frames: Mapping,
        n_units: int = N_UNITS,
        seed: int = 0,
    ):
        """Find the centres of the frames of utterances.

        Each language counts the same: as many frames are drawn from each as the
        smallest has, at most ``FRAMES_PER_LANGUAGE``.

        Arguments
        ---------
        rows : iterable of Utterance
            Of the training parts only.
        frames : mapping
            Utterance id to (frames, dim); normalised, or units are speakers.
        n_units : int
            How many centres.
        seed : int
            Of the draw and of the start.

        Returns
        -------
        Units
            The same ones for the same rows in any order.

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
                f"{n_units} units need as many frames, evenly of all languages; "
                f"found {n_each} in the smallest of {len(drawn)}; ask for fewer "
                "units or give more utterances"
            )
        kmeans = MiniBatchKMeans(
            n_units, batch_size=4096, n_init=3, random_state=seed
        )
        kmeans.fit(np.concatenate([frames[:n_each] for frames in drawn]))
        return cls(kmeans.cluster_centers_)

    def phones(self, frames: np.ndarray, frames_per_s: float) -> tuple:
        """Cut an utterance into stretches of one unit.

        Arguments
        ---------
        frames : numpy.ndarray, (frames, dim)
            As those that were fitted.
        frames_per_s : float
            Their rate.

        Returns
        -------
        tuple of Phone
            Without gaps. Confidence is 0 where two centres are equally near,
            1 where a frame is a centre.
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
        """Cut utterances into stretches of one unit.

        Arguments
        ---------
        rows : iterable of Utterance
            Of any part.
        frames : mapping
            Utterance id to (frames, dim).
        frames_per_s : float
            Their rate.

        Returns
        -------
        dict
            Utterance id to tuple of Phone.
        """
        return {
            row.id: self.phones(frames[row.id], frames_per_s) for row in rows
        }


def _draw(rows, frames, random):
    """Frames of a language, from all of its utterances, in random order."""
    n_each = -(-FRAMES_PER_LANGUAGE // len(rows))
    picked = []
    for row in rows:
        values = np.asarray(frames[row.id])
        picked.append(values[random.permutation(len(values))[:n_each]])
    picked = np.concatenate(picked)
    return picked[random.permutation(len(picked))[:FRAMES_PER_LANGUAGE]]
