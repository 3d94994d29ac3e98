"""Emotions of a long recording in time, from answers on overlapping windows."""

import csv
import dataclasses
from pathlib import Path

import numpy as np

from speechbrain_clser.inference.prediction import Prediction


@dataclasses.dataclass(frozen=True)
class Segment:
    """A stretch of one emotion.

    Arguments
    ---------
    start_s, end_s : float
        In the recording.
    answer : Prediction
        Probabilities are means over the stretch.
    """

    start_s: float
    end_s: float
    answer: Prediction


class Timeline:
    """What a model says of a long recording, from moment to moment.

    A moment's probabilities are the mean over the windows that cover it;
    moments in a row that have the same emotion make a segment. Where no window
    was heard, there was silence, and there is no segment.

    Arguments
    ---------
    file : str
        Where the sound came from.
    classes : sequence of str
        In the order of the probabilities.
    windows : iterable of (float, float, array)
        Start and end in seconds, and probabilities, (classes,), of each.
    min_confidence : float
        See ``Prediction``.
    notes : tuple of str
        Of the recording; see ``Prediction``.

    Example
    -------
    >>> windows = [(0.0, 2.0, [0.9, 0.1]), (1.0, 3.0, [0.3, 0.7])]
    >>> timeline = Timeline("a.wav", ["anger", "neutral"], windows)
    >>> [(s.start_s, s.end_s, s.answer.emotion) for s in timeline.segments]
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
            answer = Prediction(named, min_confidence, self.file, self.notes)
            self._append(Segment(start_s, end_s, answer))

    def _append(self, new):
        """Lengthen the last segment, or begin another."""
        last = self.segments[-1] if self.segments else None
        if (
            last is None
            or last.end_s != new.start_s
            or last.answer.emotion != new.answer.emotion
        ):
            self.segments.append(new)
            return
        share = (new.end_s - new.start_s) / (new.end_s - last.start_s)
        probabilities = {
            name: (1 - share) * chance + share * new.answer.probabilities[name]
            for name, chance in last.answer.probabilities.items()
        }
        answer = dataclasses.replace(last.answer, probabilities=probabilities)
        self.segments[-1] = Segment(last.start_s, new.end_s, answer)

    def csv(self) -> str:
        """Write a table: start, end, emotion, probability, each class."""
        header = ["start_s", "end_s", "emotion", "probability"]
        lines = _Lines()
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow([*header, *(f"p_{name}" for name in self.classes)])
        for segment in self.segments:
            answer = segment.answer
            probabilities = [answer.probability, *answer.probabilities.values()]
            writer.writerow(
                [
                    f"{segment.start_s:.3f}",
                    f"{segment.end_s:.3f}",
                    answer.emotion,
                    *(f"{chance:.4f}" for chance in probabilities),
                ]
            )
        return "".join(lines)

    def rttm(self) -> str:
        """Write NIST's format of segments, the emotion in place of a name."""
        name = "_".join(Path(self.file).stem.split()) or "-"
        return "".join(
            f"SPEAKER {name} 1 {segment.start_s:.3f} "
            f"{segment.end_s - segment.start_s:.3f} <NA> <NA> "
            f"{segment.answer.emotion} {segment.answer.probability:.3f} <NA>\n"
            for segment in self.segments
        )


class _Lines(list):
    """Lets csv write into a list."""

    write = list.append


def _moments(windows):
    """Cut time where any window starts or ends; mean answers in between."""
    if not windows:
        return
    starts, ends, probabilities = map(np.array, zip(*windows, strict=True))
    cuts = np.unique(np.concatenate([starts, ends]))
    # Windows are in order and of one length, so those that cover a moment
    # are neighbours.
    first = np.searchsorted(ends, cuts[:-1], side="right")
    last = np.searchsorted(starts, cuts[:-1], side="right")
    sums = np.cumsum(
        np.vstack([np.zeros(probabilities.shape[1]), probabilities]), axis=0
    )
    for number, (low, high) in enumerate(zip(first, last, strict=True)):
        if high > low:
            mean = (sums[high] - sums[low]) / (high - low)
            yield float(cuts[number]), float(cuts[number + 1]), mean
