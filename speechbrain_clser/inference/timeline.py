"""Merge predictions of overlapping windows into segments of a recording."""

import csv
import dataclasses
from pathlib import Path

import numpy as np

from speechbrain_clser.inference.prediction import Prediction


@dataclasses.dataclass(frozen=True)
class Segment:
    """A segment with one predicted emotion.

    Arguments
    ---------
    start_s, end_s : float
        Start and end in the recording, in seconds.
    prediction : Prediction
        Probabilities are means over the segment.
    """

    start_s: float
    end_s: float
    prediction: Prediction


class Timeline:
    """Predictions for a long recording over time.

    The probabilities at a point in time are the mean over the windows that cover
    it; consecutive points with the same emotion form a segment. Silence has no
    windows and no segments.

    Arguments
    ---------
    file : str
        Path of the recording.
    classes : sequence of str
        Classes in the order of the probabilities.
    windows : iterable of (float, float, array)
        Start and end in seconds and probabilities, (classes,), of each window.
    min_confidence : float
        See ``Prediction``.
    notes : tuple of str
        Notes on the recording; see ``Prediction``.

    Example
    -------
    >>> windows = [(0.0, 2.0, [0.9, 0.1]), (1.0, 3.0, [0.3, 0.7])]
    >>> timeline = Timeline("a.wav", ["anger", "neutral"], windows)
    >>> [(s.start_s, s.end_s, s.prediction.emotion) for s in timeline.segments]
    [(0.0, 2.0, 'anger'), (2.0, 3.0, 'neutral')]
    >>> print(timeline.rttm(), end="")
    SPEAKER a 1 0.000 2.000 <NA> <NA> anger 0.750 <NA>
    SPEAKER a 1 2.000 1.000 <NA> <NA> neutral 0.700 <NA>
    """

    def __init__(self, file, classes, windows, min_confidence=0.0, notes=()):
        self.file, self.classes = str(file), tuple(classes)
        self.segments, self.notes = [], tuple(notes)
        for start_s, end_s, probabilities in _moments(list(windows)):
            named = dict(zip(self.classes, probabilities.tolist(), strict=True))
            args = named, min_confidence, self.file, self.notes
            self._append(Segment(start_s, end_s, Prediction(*args)))

    def _append(self, new):
        """Extend the last segment, or add a new one."""
        last = self.segments[-1] if self.segments else None
        if (
            last is None
            or last.end_s != new.start_s
            or last.prediction.emotion != new.prediction.emotion
        ):
            self.segments.append(new)
            return
        share = (new.end_s - new.start_s) / (new.end_s - last.start_s)
        added = new.prediction.probabilities
        probabilities = {
            name: (1 - share) * value + share * added[name]
            for name, value in last.prediction.probabilities.items()
        }
        merged = dataclasses.replace(
            last.prediction, probabilities=probabilities
        )
        self.segments[-1] = Segment(last.start_s, new.end_s, merged)

    def csv(self) -> str:
        """Format as CSV: start, end, emotion, probability, each class."""
        header = ["start_s", "end_s", "emotion", "probability"]
        lines = _Lines()
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow([*header, *(f"p_{name}" for name in self.classes)])
        for segment in self.segments:
            found = segment.prediction
            probabilities = [found.probability, *found.probabilities.values()]
            writer.writerow(
                [
                    f"{segment.start_s:.3f}",
                    f"{segment.end_s:.3f}",
                    found.emotion,
                    *(f"{value:.4f}" for value in probabilities),
                ]
            )
        return "".join(lines)

    def rttm(self) -> str:
        """Format as NIST RTTM, with the emotion as the speaker name."""
        name = "_".join(Path(self.file).stem.split()) or "-"
        return "".join(
            f"SPEAKER {name} 1 {segment.start_s:.3f} "
            f"{segment.end_s - segment.start_s:.3f} <NA> <NA> "
            f"{segment.prediction.emotion} "
            f"{segment.prediction.probability:.3f} <NA>\n"
            for segment in self.segments
        )


class _Lines(list):
    """A list that csv can write to."""

    write = list.append


def _moments(windows):
    """Yield intervals between window boundaries with mean probabilities."""
    if not windows:
        return
    starts, ends, probabilities = map(np.array, zip(*windows, strict=True))
    cuts = np.unique(np.concatenate([starts, ends]))
    # Windows are sorted and of equal length, so the windows that cover an
    # interval are consecutive.
    first = np.searchsorted(ends, cuts[:-1], side="right")
    last = np.searchsorted(starts, cuts[:-1], side="right")
    sums = np.cumsum(
        np.vstack([np.zeros(probabilities.shape[1]), probabilities]), axis=0
    )
    for number, (low, high) in enumerate(zip(first, last, strict=True)):
        if high > low:
            mean = (sums[high] - sums[low]) / (high - low)
            yield float(cuts[number]), float(cuts[number + 1]), mean
