"""Classify a stream of samples window by window, with constant memory."""

from typing import NamedTuple

import numpy as np

from speechbrain_clser.data.audio import one_channel
from speechbrain_clser.data.channels import MIX, index_of, pick
from speechbrain_clser.data.profile import CLASSIFIED_S
from speechbrain_clser.data.recording import refuse_large
from speechbrain_clser.data.soundness import (
    SILENT_PEAK,
    peak,
    refuse_rate,
)
from speechbrain_clser.inference.prediction import (
    NO_SPEECH,
    refuse_no_probabilities,
)
from speechbrain_clser.inference.timeline import Window, refuse_lengths

NAME = "stream"  # in messages


class Event(NamedTuple):
    """The prediction for a window of a stream.

    Attributes
    ----------
    start_s, end_s : float
        Start and end of the window, in seconds from the start of the stream.
    emotion : str
        As of ``Prediction``.
    probabilities : dict
        Class to probability; empty for digital silence, which is not classified.
    speech : float
        Share of the time with a voice, 0-1.
    is_speech : bool
        Whether there is enough speech.
    """

    start_s: float
    end_s: float
    emotion: str
    probabilities: dict
    speech: float
    is_speech: bool

    def window(self) -> Window:
        """Return the window of ``Timeline``; raise ValueError for silence."""
        if not self.probabilities:
            raise ValueError(
                "expected a window with probabilities, found silence; a Timeline "
                "has no windows of silence, leave it out"
            )
        values = np.array([*self.probabilities.values()])
        return Window(*self[:2], values, self.speech, self.is_speech)


class Stream:
    """Classify the windows of a stream as soon as they are complete.

    The events are those of the windows of ``EmotionClassifier.classify_long`` on
    the same samples, and silence in addition. The memory is that of a window and
    the samples given. Created by ``EmotionClassifier.stream``.

    Arguments
    ---------
    classifier : EmotionClassifier
        Trained model; its normalisation and adaptation are used.
    sample_rate_hz : int
        Of the samples.
    window_s, hop_s : float
        Length of a window and distance between the starts of consecutive
        windows, in seconds. A change is known after ``hop_s`` to ``window_s``.
    channel : str or int
        ``"mix"``, ``"left"``, ``"right"`` or an index.

    Raises
    ------
    BadAudioError
        If the rate is implausible.
    ValueError
        If the windows leave gaps, are too short to be classified, or exceed the
        maximum input length of the model.
    """

    def __init__(
        self, classifier, sample_rate_hz, window_s=4.0, hop_s=2.0, channel=MIX
    ):
        refuse_lengths(window_s, hop_s, classifier.recogniser.longest_s)
        refuse_rate(NAME, sample_rate_hz)
        self.classifier, self.sample_rate_hz = classifier, sample_rate_hz
        self._shortest, self._n_window, self._n_hop = (
            round(length_s * sample_rate_hz)
            for length_s in (CLASSIFIED_S, window_s, hop_s)
        )
        self._index = index_of(channel)
        self._kept, self._n_channels = None, None
        self._first = 0  # sample of the stream at which the window starts
        self._end = 0  # of the last window
        self._is_finished = False

    def feed(self, samples) -> list:
        """Add samples and classify the windows that they complete.

        Arguments
        ---------
        samples : array or torch.Tensor, (samples,) or (samples, channels)
            Any number of samples; floating point with a full scale of 1, or
            integers with the full scale of their type.

        Returns
        -------
        list of Event
            Often empty.

        Raises
        ------
        BadAudioError
            If samples are NaN, infinite or far beyond full scale; they are not
            added.
        ValueError
            If the number of channels changes, or the stream is finished.
        """
        samples, events = self._checked(samples), []
        for start in range(0, len(samples), self._n_window):
            block = samples[start : start + self._n_window]
            self._kept = np.concatenate([self._kept, block])
            while len(self._kept) >= self._n_window:
                events.append(self._event(self._kept[: self._n_window]))
                self._kept = self._kept[self._n_hop :]
                self._first += self._n_hop
        return events

    def finish(self) -> list:
        """Classify the rest, as ``classify_long`` does at the end of a file.

        Returns
        -------
        list of Event
            One or none: a rest of less than 0.1 s is left out.
        """
        self._is_finished = True
        kept = self._kept if self._kept is not None else ()
        is_new = self._first + len(kept) > self._end
        if not is_new or len(kept) < self._shortest:
            return []
        return [self._event(kept)]

    def _checked(self, samples):
        """Convert samples to (samples, channels), float32."""
        if self._is_finished:
            raise ValueError(
                "expected a stream that is not finished; start another one with "
                "classifier.stream"
            )
        samples = np.asarray(samples)
        if samples.dtype.kind == "i":
            samples = samples / -float(np.iinfo(samples.dtype).min)
        if samples.ndim == 1:
            samples = samples[:, None]
        n_before = self._n_channels or samples.shape[-1]
        if samples.ndim != 2 or samples.shape[1] != n_before:
            raise ValueError(
                f"expected samples of (samples, {n_before}), got "
                f"{samples.shape}; the number of channels must not change"
            )
        peak(NAME, samples)
        used = pick(NAME, samples, self._index).astype("float32")
        if self._n_channels is None:
            refuse_large(NAME, self._n_window, n_before)
            self._n_channels, self._kept = n_before, used[:0]
        return used

    def _event(self, samples):
        """Classify a window."""
        self._end = self._first + len(samples)
        times = (at / self.sample_rate_hz for at in (self._first, self._end))
        if peak(NAME, samples) < SILENT_PEAK:
            return Event(*times, NO_SPEECH, {}, 0.0, False)
        wav = one_channel(
            samples, self.sample_rate_hz, self.classifier.sample_rate_hz
        )
        [found] = self.classifier.predict_wavs([wav])
        refuse_no_probabilities([*found.probabilities.values()], NAME)
        probabilities = found.probabilities, found.speech, found.is_speech
        return Event(*times, found.emotion, *probabilities)
