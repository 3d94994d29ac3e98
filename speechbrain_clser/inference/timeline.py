"""Read long recordings in windows and merge their predictions into segments."""

import csv
import dataclasses
import io
from pathlib import Path
from typing import NamedTuple

import numpy as np

from speechbrain_clser.data.audio import one_channel
from speechbrain_clser.data.channels import MIX, index_of, pick
from speechbrain_clser.data.profile import CLASSIFIED_S, Profile
from speechbrain_clser.data.recording import blocks, opened, refuse_large
from speechbrain_clser.data.soundness import SHORTEST_S, SILENT_PEAK, peak
from speechbrain_clser.inference.audio_batches import LONGEST_S
from speechbrain_clser.inference.prediction import Prediction


def windows(path, window_s, hop_s, sample_rate_hz, notes=None, channel=MIX):
    """Read a recording window by window.

    Each window is mixed down and resampled independently, as if it were a
    separate file. The last window may be shorter. Windows of silence, and a rest
    that is too short to be classified, are left out.

    Arguments
    ---------
    path : str or Path
        Recording of any sample rate, number of channels and length.
    window_s, hop_s : float
        Length of a window and distance between the starts of consecutive
        windows, in seconds.
    sample_rate_hz : int
        Sample rate of the output.
    notes : list, optional
        Notes on the recording are appended at the end, as keys of
        ``profile.NOTES``.
    channel : str or int
        Channel to read, as for ``data.channels.index_of``.

    Yields
    ------
    start_s, end_s : float
        Start and end of the window, in seconds.
    wav : torch.Tensor, (samples,)
        Waveform of the window.

    Raises
    ------
    BadAudioError
        As ``data.audio.load_usable``; errors that depend on the whole recording
        are raised at the end.
    ValueError
        If the windows leave gaps, are too short to be classified, or exceed the
        maximum length.

    Example
    -------
    >>> import numpy as np, soundfile
    >>> path = getfixture("tmp_path") / "a.wav"
    >>> soundfile.write(path, np.ones(40000), 16000)
    >>> [(s, e) for s, e, _ in windows(path, 1.0, 0.5, 16000)]
    [(0.0, 1.0), (0.5, 1.5), (1.0, 2.0), (1.5, 2.5)]
    """
    refuse_lengths(window_s, hop_s)
    with opened(path) as file:
        found_hz = file.samplerate
        shortest, n_window, n_hop = (
            round(length_s * found_hz)
            for length_s in (CLASSIFIED_S, window_s, hop_s)
        )
        refuse_large(path, min(n_window, file.frames), file.channels)
        profile, first, end = Profile(path, found_hz, channel), 0, 0
        index = index_of(channel)
        for samples in blocks(file, n_window, n_hop):
            # Count the overlap with the previous window once.
            profile.add(samples[max(end - first, 0) :])
            end = first + len(samples)
            samples = pick(path, samples, index)
            if len(samples) >= shortest and peak(path, samples) >= SILENT_PEAK:
                wav = one_channel(samples, found_hz, sample_rate_hz)
                yield first / found_hz, end / found_hz, wav
            first += n_hop
        profile.refuse_unusable(CLASSIFIED_S)
        if notes is not None:
            notes += profile.notes


def refuse_lengths(window_s, hop_s, longest_s=None):
    """Raise ValueError for windows that cannot be used.

    Arguments
    ---------
    window_s, hop_s : float
        As for ``windows``.
    longest_s : float, optional
        Maximum input length of the model.

    Raises
    ------
    ValueError
        If the windows leave gaps, are too short to be classified, or are too
        long.

    Example
    -------
    >>> refuse_lengths(4.0, 2.0)
    >>> refuse_lengths(4.0, 2.0, 3.0)
    Traceback (most recent call last):
    ...
    ValueError: expected windows of at most 3 s, the maximum input length of ...
    """
    if longest_s is not None and window_s > longest_s:
        raise ValueError(
            f"expected windows of at most {longest_s:g} s, the maximum input "
            f"length of this model, got {window_s}"
        )
    if not (
        SHORTEST_S <= hop_s <= window_s
        and CLASSIFIED_S <= window_s <= LONGEST_S
    ):
        raise ValueError(
            f"expected {SHORTEST_S} <= hop_s <= window_s and {CLASSIFIED_S} <= "
            f"window_s <= {LONGEST_S:.0f}, got hop_s {hop_s} and window_s "
            f"{window_s}"
        )


@dataclasses.dataclass(frozen=True)
class Segment:
    """A segment with one prediction.

    Arguments
    ---------
    start_s, end_s : float
        Start and end in the recording, in seconds.
    prediction : Prediction or Ratings
        Probabilities or values are means over the segment.
    """

    start_s: float
    end_s: float
    prediction: object


class Window(NamedTuple):
    """The prediction for a window.

    Attributes
    ----------
    start_s, end_s : float
        Start and end in the recording, in seconds.
    probabilities : numpy.ndarray, (classes,)
        Or values, in the order of the model.
    speech : float
        Share of the time with a voice, 0-1; NaN if it was not measured.
    is_speech : bool
        Whether there is enough speech to classify.
    """

    start_s: float
    end_s: float
    probabilities: np.ndarray
    speech: float = np.nan
    is_speech: bool = True


class Timeline:
    """Predictions for a long recording over time.

    The probabilities at a point in time are the mean over the windows that cover
    it and contain speech; where none does, the emotion is ``"no speech"``, and
    the mean is over all. Consecutive points with the same emotion form a segment.
    Silence has no windows and no segments.

    Arguments
    ---------
    file : str
        Path of the recording.
    classes : sequence of str
        Classes in the order of the probabilities.
    windows : iterable of Window
        Or tuples of its first fields, sorted and of equal length except for the
        last one.
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
        self.windows = [Window(*window) for window in windows]
        self.min_confidence = min_confidence
        for start_s, end_s, outputs, *speech in _moments(self.windows):
            named = dict(zip(self.classes, outputs.tolist(), strict=True))
            predicted = self._prediction(named, *speech)
            self._append(Segment(start_s, end_s, predicted))

    def _prediction(self, named, speech, is_speech):
        """Build the prediction of a point in time."""
        args = named, self.min_confidence, self.file, self.notes
        return Prediction(*args, speech, is_speech)

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
        speech = (1 - share) * last.prediction.speech
        merged = dataclasses.replace(
            last.prediction,
            probabilities=probabilities,
            speech=speech + share * new.prediction.speech,
        )
        self.segments[-1] = Segment(last.start_s, new.end_s, merged)

    def csv(self) -> str:
        """Format as CSV: start, end, emotion, probability, each class, speech."""
        header = ["start_s", "end_s", "emotion", "probability"]
        header += [f"p_{name}" for name in self.classes]
        lines = io.StringIO()
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow([*header, "speech"])
        for segment in self.segments:
            found = segment.prediction
            shares = [found.probability, *found.probabilities.values()]
            shares.append(found.speech)
            writer.writerow(
                [
                    f"{segment.start_s:.3f}",
                    f"{segment.end_s:.3f}",
                    found.emotion,
                    *(f"{value:.4f}" for value in shares),
                ]
            )
        return lines.getvalue()

    def rttm(self, channel=1) -> str:
        """Format as NIST RTTM, with the emotion as the speaker name.

        The channel is a number from 1.

        ``no speech`` is written as ``no_speech``: fields have no blanks.
        """
        name = "_".join(Path(self.file).stem.split()) or "-"
        return "".join(
            f"SPEAKER {name} {channel} {segment.start_s:.3f} "
            f"{segment.end_s - segment.start_s:.3f} <NA> <NA> "
            f"{'_'.join(segment.prediction.emotion.split())} "
            f"{segment.prediction.probability:.3f} <NA>\n"
            for segment in self.segments
        )


def _moments(windows):
    """Yield intervals between window boundaries with means over their windows.

    Each is start, end, probabilities, share of speech, and whether there is speech.
    """
    if not windows:
        return
    starts, ends, probabilities, speech, is_speech = map(
        np.array, zip(*windows, strict=True)
    )
    cuts = np.unique(np.concatenate([starts, ends]))
    # Windows are sorted and of equal length, so the windows that cover an
    # interval are consecutive.
    first = np.searchsorted(ends, cuts[:-1], side="right")
    last = np.searchsorted(starts, cuts[:-1], side="right")
    columns = np.column_stack(
        [is_speech, probabilities * is_speech[:, None], speech, probabilities]
    )
    sums = np.cumsum(np.vstack([np.zeros(columns.shape[1]), columns]), axis=0)
    n_classes = probabilities.shape[1]
    for number, (low, high) in enumerate(zip(first, last, strict=True)):
        if high > low:
            total = sums[high] - sums[low]
            n_speech, voiced = total[0], total[1 : 1 + n_classes]
            mean = total[-n_classes:] / (high - low)
            if n_speech:
                mean = voiced / n_speech
            share = float(total[1 + n_classes] / (high - low))
            times = float(cuts[number]), float(cuts[number + 1])
            yield *times, mean, share, bool(n_speech)
