"""Divergence of predicted probabilities from the votes of raters.

It is a mean over utterances, so its interval over speakers follows from two sums per
training and speaker by the estimator of ``statistics``.
"""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from speechbrain_clser.evaluation.metrics import jensen_shannon
from speechbrain_clser.evaluation.predictions import Predictions


@dataclasses.dataclass(frozen=True, eq=False)
class RunDivergence:
    """Sums of the divergence of a run, the input of intervals.

    Arguments
    ---------
    speakers : list of str
        In the order of the sums.
    trials : list of int
        Trial of each training.
    sums : numpy.ndarray, (trainings, speakers, 2)
        Sum of the divergence, and number of utterances.
    """

    speakers: list
    trials: list
    sums: np.ndarray

    @property
    def values(self):
        """Mean divergence of each training, (trainings,)."""
        total, n = self.sums.sum(axis=1).T
        return total / n

    def terms(self, score: str) -> tuple:
        """Return numerators and denominators, (trainings, speakers, 1)."""
        return self.sums[..., :1], self.sums[..., 1:]

    @classmethod
    def of(cls, runs: Sequence[Predictions], trials: Sequence[int]):
        """Sum up the divergence of runs with votes, one per training."""
        speakers = np.unique(np.concatenate([run.speaker for run in runs]))
        sums = np.zeros((len(runs), len(speakers), 2))
        for number, run in enumerate(runs):
            values = jensen_shannon(run.votes, run.probabilities)
            place = np.searchsorted(speakers, run.speaker)
            np.add.at(sums[number], place, np.stack([values, values**0], -1))
        return cls(speakers.tolist(), list(trials), sums)

    @classmethod
    def from_json(cls, saved: Mapping) -> "RunDivergence":
        """Restore sums that ``to_json`` returned."""
        sums = np.asarray(saved["sums"], float)
        return cls(list(saved["speakers"]), list(saved["trials"]), sums)

    def to_json(self) -> dict:
        """Return the sums as plain lists."""
        return dataclasses.asdict(self) | {"sums": self.sums.round(9).tolist()}
