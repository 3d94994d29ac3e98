"""What the page shows of a recording, found without drawing any of it."""

import dataclasses

import torch

from speechbrain_clser.data.recording import duration_s
from speechbrain_clser.features.prosody.contours import ProsodyContours
from speechbrain_clser.inference.audio_batches import LONGEST_S
from speechbrain_clser.inference.prediction import Prediction
from speechbrain_clser.inference.timeline import Timeline
from speechbrain_clser.inference.windows import windows

WINDOW_S, HOP_S = 4.0, 2.0
LONG_S = 2 * WINDOW_S  # from here on emotions may change within a recording
CURVES_S = 60.0


@dataclasses.dataclass(frozen=True)
class Curves:
    """Melody and loudness of the beginning of a recording.

    Arguments
    ---------
    start_s : float
        Where they begin; silence before that is not followed.
    frames_per_s : int
        Values a second.
    pitch_hz : list of float
        NaN where there is no voice.
    loudness : list of float
        Relative to the loud moments; NaN if nothing sounds.
    """

    start_s: float
    frames_per_s: int
    pitch_hz: list
    loudness: list


@dataclasses.dataclass(frozen=True)
class Analysis:
    """All that the page shows of a recording.

    Arguments
    ---------
    duration_s : float
        Its length.
    answer : Prediction
        Of the recording.
    coverage : str
        What of it the answer is of.
    curves : Curves
        Of its beginning.
    timeline : Timeline, optional
        Of a long one.
    """

    duration_s: float
    answer: Prediction
    coverage: str
    curves: Curves
    timeline: Timeline | None = None


def analyse(classifier, path) -> Analysis:
    """Classify a recording, and follow its pitch and loudness.

    The answer is that of ``classify_file``, as on the command line; for what is
    too long for that, the mean over time.

    Arguments
    ---------
    classifier : EmotionClassifier
        Of the page.
    path : str or Path
        Of the recording, of any rate, number of channels and length.

    Returns
    -------
    Analysis
        With a timeline if it is longer than 8 s.

    Raises
    ------
    BadAudioError
        If the file cannot be used.
    """
    length_s, timeline = duration_s(path), None
    if length_s > LONG_S:
        timeline = classifier.classify_long(path, WINDOW_S, HOP_S)
    if length_s > LONGEST_S:
        answer = over_time(timeline, classifier.min_confidence)
        coverage = f"mean over windows of {WINDOW_S:g} s"
    else:
        answer = classifier.classify_file(path)
        coverage = _heard(length_s, classifier.recogniser.longest_s)
    return Analysis(length_s, answer, coverage, follow(path), timeline)


def over_time(timeline, min_confidence=0.0) -> Prediction:
    """Mean of a timeline, each segment counting as long as it lasts.

    Arguments
    ---------
    timeline : Timeline
        Of a recording that is not silent.
    min_confidence : float
        See ``Prediction``.

    Returns
    -------
    Prediction
        Of the whole recording, silence left out.

    Example
    -------
    >>> windows = [(0.0, 3.0, [0.9, 0.1]), (3.0, 4.0, [0.1, 0.9])]
    >>> timeline = Timeline("a.wav", ["anger", "neutral"], windows)
    >>> round(over_time(timeline).probabilities["anger"], 3)
    0.7
    """
    lengths_s = [part.end_s - part.start_s for part in timeline.segments]
    probabilities = {
        name: sum(
            length_s * part.answer.probabilities[name]
            for length_s, part in zip(lengths_s, timeline.segments, strict=True)
        )
        / sum(lengths_s)
        for name in timeline.classes
    }
    return Prediction(probabilities, min_confidence, timeline.file)


def follow(path, longest_s=CURVES_S) -> Curves:
    """Follow pitch and loudness through the beginning of a recording.

    Arguments
    ---------
    path : str or Path
        Of a recording that is not silent.
    longest_s : float
        What comes later is not looked at.

    Returns
    -------
    Curves
        From the package's own tracker; see ``ProsodyContours``.
    """
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


def _heard(length_s, longest_s):
    """What of a recording a model hears at once."""
    if longest_s is not None and length_s > longest_s:
        return f"of its first {longest_s:g} s"
    return "of this recording"
