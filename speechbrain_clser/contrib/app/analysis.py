"""Analyse a recording for the page: prediction, timeline, pitch, loudness."""

import dataclasses

import torch

from speechbrain_clser.data.recording import duration_s
from speechbrain_clser.features.prosody.contours import ProsodyContours
from speechbrain_clser.inference.audio_batches import LONGEST_S
from speechbrain_clser.inference.prediction import Prediction
from speechbrain_clser.inference.rated import RatedTimeline, Ratings
from speechbrain_clser.inference.speech import NO_SPEECH_NOTE
from speechbrain_clser.inference.timeline import Timeline, windows

WINDOW_S, HOP_S = 4.0, 2.0
LONG_S = 2 * WINDOW_S  # longer recordings get a timeline
CURVES_S = 60.0


@dataclasses.dataclass(frozen=True)
class Curves:
    """Pitch and loudness of the beginning of a recording.

    Arguments
    ---------
    start_s : float
        Start of the curves; leading silence is left out.
    frames_per_s : int
        Number of values per second.
    pitch_hz : list of float
        Pitch, NaN in unvoiced frames.
    loudness : list of float
        Loudness relative to the loud frames; NaN if the recording is silent.
    """

    start_s: float
    frames_per_s: int
    pitch_hz: list
    loudness: list


@dataclasses.dataclass(frozen=True)
class Analysis:
    """Results that the page shows for a recording.

    Arguments
    ---------
    duration_s : float
        Duration of the recording.
    prediction : Prediction or Ratings
        Prediction for the recording.
    coverage : str
        The part of the recording that the prediction is based on.
    curves : Curves
        Pitch and loudness of its beginning.
    timeline : Timeline, optional
        Predictions over time, for long recordings.
    """

    duration_s: float
    prediction: Prediction | Ratings
    coverage: str
    curves: Curves
    timeline: Timeline | None = None


def analyse(classifier, path) -> Analysis:
    """Classify a recording and compute its pitch and loudness.

    The prediction is that of ``classify_file``, as on the command line; for
    recordings that are too long, it is the mean over time.

    The analysis has a timeline if the recording is longer than 8 s.
    """
    length_s, timeline = duration_s(path), None
    if length_s > LONG_S:
        timeline = classifier.classify_long(path, WINDOW_S, HOP_S)
    if length_s > LONGEST_S:
        prediction = over_time(timeline, classifier.min_confidence)
        coverage = f"mean over windows of {WINDOW_S:g} s"
    else:
        prediction = classifier.classify_file(path)
        coverage = _coverage(length_s, classifier.recogniser.longest_s)
    return Analysis(length_s, prediction, coverage, track(path), timeline)


def over_time(timeline, min_confidence=0.0):
    """Average the segments of a timeline with speech, weighted by duration.

    Without speech, all segments are averaged. The result is a Prediction, or Ratings
    for values.

    Example
    -------
    >>> windows = [(0.0, 3.0, [0.9, 0.1]), (3.0, 4.0, [0.1, 0.9])]
    >>> timeline = Timeline("a.wav", ["anger", "neutral"], windows)
    >>> round(over_time(timeline).probabilities["anger"], 3)
    0.7
    """
    is_rated = isinstance(timeline, RatedTimeline)
    parts = [
        part
        for part in timeline.segments
        if (
            NO_SPEECH_NOTE not in part.prediction.notes
            if is_rated
            else part.prediction.is_speech
        )
    ]
    is_speech, parts = bool(parts), parts or timeline.segments
    lengths_s = [part.end_s - part.start_s for part in parts]
    outputs = [
        part.prediction.values if is_rated else part.prediction.probabilities
        for part in parts
    ]
    means = {
        name: sum(
            length_s * output[name]
            for length_s, output in zip(lengths_s, outputs, strict=True)
        )
        / sum(lengths_s)
        for name in timeline.classes
    }
    if is_rated:
        return Ratings(means, timeline.file, timeline.notes)
    speech = sum(
        (part.end_s - part.start_s) * part.prediction.speech
        for part in timeline.segments
    ) / sum(part.end_s - part.start_s for part in timeline.segments)
    args = means, min_confidence, timeline.file
    return Prediction(*args, speech=speech, is_speech=is_speech)


def track(path, longest_s=CURVES_S) -> Curves:
    """Track pitch and loudness in the beginning of a recording."""
    extractor = ProsodyContours()
    start_s, _, wav = next(
        windows(path, longest_s, longest_s, extractor.sample_rate_hz)
    )
    frames = extractor(wav[None], torch.ones(1))[0]
    columns = dict(zip(extractor.columns, frames.T, strict=True))
    return Curves(
        start_s,
        extractor.frames_per_s,
        (55 * 2 ** (columns["pitch"] / 12)).tolist(),
        columns["loudness"].tolist(),
    )


def _coverage(length_s, longest_s):
    """Describe the part of a recording that a model uses."""
    if longest_s is not None and length_s > longest_s:
        return f"of its first {longest_s:g} s"
    return "of this recording"
