"""Confusion counts per training and speaker, the input of intervals and tests."""

import dataclasses
from collections.abc import Mapping, Sequence

import numpy as np

from speechbrain_clser.evaluation import metrics
from speechbrain_clser.evaluation.predictions import Predictions

METRICS = {
    "uar": metrics.uar_of,
    "wa": metrics.wa_of,
    "macro_f1": metrics.macro_f1_of,
    "weighted_f1": metrics.weighted_f1_of,
}
# Numerators and denominators of which each score is the mean ratio.
TERMS = {
    "uar": metrics.recall_terms,
    "wa": metrics.wa_terms,
    "macro_f1": metrics.f1_terms,
    "weighted_f1": metrics.weighted_f1_terms,
}


@dataclasses.dataclass(frozen=True, eq=False)
class RunCounts:
    """Confusion counts of a run, the input of intervals and tests.

    Arguments
    ---------
    speakers : list of str
        In the order of the counts.
    trials : list of int
        Trial of each training.
    confusion : numpy.ndarray, (trainings, speakers, classes, classes)
        Utterances; targets are rows.
    """

    speakers: list
    trials: list
    confusion: np.ndarray
    SCORES = ("uar", "wa")  # that ``comparison`` tests, the main one first

    @property
    def additive(self):
        """The counts: (trainings, speakers, ...), additive over speakers."""
        return self.confusion

    @staticmethod
    def metric(score: str):
        """Return the function of additive counts that gives a score."""
        return METRICS[score]

    @staticmethod
    def targets(additive):
        """Return the additive counts that do not depend on predictions."""
        return additive.sum(axis=-1)

    def terms(self, score: str) -> tuple:
        """Return numerators and denominators of a score, (..., speakers, terms)."""
        return TERMS[score](self.confusion.astype(float))

    def to_json(self) -> dict:
        """Return the counts as plain lists.

        Returns
        -------
        dict
            ``speakers``, ``trials`` and ``confusion``.

        Example
        -------
        >>> RunCounts(["s1"], [0], np.ones((1, 1, 1, 1), int)).to_json()
        {'speakers': ['s1'], 'trials': [0], 'confusion': [[[[1]]]]}
        """
        return {
            "speakers": list(self.speakers),
            "trials": list(self.trials),
            "confusion": self.confusion.tolist(),
        }

    @classmethod
    def from_json(cls, saved: Mapping) -> "RunCounts":
        """Restore counts that ``to_json`` returned.

        Arguments
        ---------
        saved : mapping
            ``counts`` of a part or a baseline in report.json, or of a cell in
            the results of a benchmark.

        Returns
        -------
        RunCounts
            With the same counts.

        Example
        -------
        >>> saved = RunCounts(["s1"], [0], np.ones((1, 1, 2, 2), int)).to_json()
        >>> RunCounts.from_json(saved).confusion.shape
        (1, 1, 2, 2)
        """
        return cls(
            list(saved["speakers"]),
            list(saved["trials"]),
            np.asarray(saved["confusion"], int),
        )


def speaker_counts(
    runs: Sequence[Predictions], trial_of_run: Sequence[int] | None = None
) -> RunCounts:
    """Count confusions per training and speaker.

    Arguments
    ---------
    runs : sequence of Predictions
        One per seed; those of one trial have the same utterances. Trials
        differ, since labelled target utterances are not in the test set.
    trial_of_run : sequence of int, optional
        Trial of each run; by default the same for all.

    Returns
    -------
    RunCounts
        With the speakers in alphabetical order.

    Raises
    ------
    ValueError
        If seeds differ in test utterances or classes.

    Example
    -------
    >>> text, index = np.array(["s2", "s1"]), np.array([0, 1])
    >>> columns = [text] * 5 + [index, index, np.eye(2)]
    >>> counts = speaker_counts([Predictions(("a", "b"), *columns)])
    >>> counts.speakers, counts.confusion[0, 0].tolist()
    (['s1', 's2'], [[0, 0], [0, 1]])
    """
    if rated := [run for run in runs if not isinstance(run, Predictions)]:
        raise ValueError(
            "expected predictions of classes, found values of "
            f"{', '.join(rated[0].classes)}; give runs of one task"
        )
    speakers, trials = speakers_and_trials(runs, trial_of_run)
    n_classes = len(runs[0].classes)
    counts = np.zeros((len(runs), len(speakers), n_classes, n_classes), int)
    for seed, run in enumerate(runs):
        place = np.searchsorted(speakers, run.speaker)
        np.add.at(counts[seed], (place, run.target, run.predicted), 1)
    return RunCounts(speakers.tolist(), trials, counts)


def speakers_and_trials(
    runs: Sequence, trial_of_run: Sequence[int] | None = None, kind="classes"
) -> tuple:
    """Return the speakers in alphabetical order, and the trial of each run.

    Arguments are those of ``speaker_counts``; ``kind`` names the outputs in the
    message.

    Raises
    ------
    ValueError
        If runs of a trial differ in utterances or targets, or any in outputs.
    """
    firsts, trials = {}, list(trial_of_run or [0] * len(runs))
    for run, trial in zip(runs, trials, strict=True):
        first = firsts.setdefault(trial, run)
        if run.classes != runs[0].classes or not all(
            np.array_equal(getattr(first, name), getattr(run, name))
            for name in ("id", "speaker", "target")
        ):
            raise ValueError(
                "expected all seeds to score the same utterances with the "
                f"same targets, found {len(first)} and {len(run)} that differ "
                f"in id, speaker, target or {kind}; use one protocol for all"
            )
    speakers = np.unique(np.concatenate([r.speaker for r in firsts.values()]))
    return speakers, trials
