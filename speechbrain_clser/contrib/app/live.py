"""Classify the microphone of the page while it records."""

import collections

import soundfile

from speechbrain_clser.contrib.app.analysis import WINDOW_S
from speechbrain_clser.contrib.app.rendering import clock, named, strip
from speechbrain_clser.inference.prediction import Prediction
from speechbrain_clser.inference.timeline import Timeline

HOP_S = 1.0
SHOWN_S = 120.0
WAITING = (
    '<div class="analysis"><p class="small">The first result takes '
    f"{WINDOW_S:g} s.</p></div>"
)


class LiveTimeline:
    """Follow the emotion of one recording.

    Arguments
    ---------
    classifier : EmotionClassifier
        Trained model; several timelines may share it.
    """

    def __init__(self, classifier):
        self.classifier, self.stream = classifier, None
        self.events = collections.deque(maxlen=round(SHOWN_S / HOP_S))

    def feed(self, path) -> str:
        """Add a chunk of the recording.

        Arguments
        ---------
        path : str or Path
            Audio file; all chunks have the same sample rate and channels.

        Returns
        -------
        str
            The last two minutes as HTML.

        Raises
        ------
        BadAudioError, ValueError
            As from ``Stream.feed``.
        """
        samples, rate_hz = soundfile.read(path, dtype="float32")
        if self.stream is None:
            longest_s = self.classifier.recogniser.longest_s or WINDOW_S
            window_s = min(WINDOW_S, longest_s)
            hop_s = min(HOP_S, window_s)
            self.stream = self.classifier.stream(rate_hz, window_s, hop_s)
        self.events += self.stream.feed(samples)
        return self._render()

    def _render(self):
        """Render the newest window and the timeline."""
        if not self.events:
            return WAITING
        last, classes = self.events[-1], self.classifier.classes
        confidence = self.classifier.min_confidence
        prediction = Prediction(
            last.probabilities or dict.fromkeys(classes, 0.0),
            confidence,
            is_speech=last.is_speech,
        )
        classified = [e.window() for e in self.events if e.probabilities]
        timeline = Timeline("", classes, classified, confidence)
        parts = [
            named(prediction, f"{clock(last.start_s)}–{clock(last.end_s)}"),
            strip(timeline, self.events[0].start_s, last.end_s),
        ]
        return f'<div class="analysis">{"".join(parts)}</div>'
