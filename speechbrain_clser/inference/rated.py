"""Predict values of arousal, valence and dominance with a trained model.

``EmotionClassifier.from_hparams`` returns the class of this module for a model of
the task ``dimensions``.
"""

import dataclasses
import math

import torch

from speechbrain_clser.errors import BadAudioError
from speechbrain_clser.inference.classifier import EmotionClassifier
from speechbrain_clser.inference.speech import NO_SPEECH_NOTE
from speechbrain_clser.inference.timeline import Timeline
from speechbrain_clser.tasks import RATED


@dataclasses.dataclass(frozen=True)
class Ratings:
    """The predicted values of a recording.

    Unpacks like the result of SpeechBrain's ``EncoderClassifier``: values, (1,
    dimensions), then the highest of them, its index and its name.

    Arguments
    ---------
    values : dict
        Dimension to value of 0-1, in the order of the model.
    file : str
        Path of the recording; empty for a signal in memory.
    notes : tuple of str
        Suspicious properties of the audio, as keys of ``data.profile.NOTES`` and
        ``inference.speech.NOTES``.

    Example
    -------
    >>> ratings = Ratings({"arousal": 0.75, "valence": 0.25}, "a.wav")
    >>> ratings.values["valence"]
    0.25
    >>> values, score, index, labels = ratings
    >>> values, labels
    (tensor([[0.7500, 0.2500]]), ['arousal'])
    """

    values: dict
    file: str = ""
    notes: tuple = ()

    def __iter__(self):
        values = torch.tensor([list(self.values.values())])
        score, index = values.max(dim=-1)
        yield from (values, score, index, [[*self.values][int(index)]])


class RatedTimeline(Timeline):
    """Predicted values for a long recording over time.

    The values at a point in time are means over its windows, as of ``Timeline``. Each
    interval between starts and ends of windows is a segment; those without speech have
    the note ``no_speech``.

    Example
    -------
    >>> windows = [(0.0, 2.0, [0.5]), (1.0, 3.0, [0.7])]
    >>> print(RatedTimeline("a.wav", ["arousal"], windows).csv(), end="")
    start_s,end_s,arousal
    0.000,1.000,0.5000
    1.000,2.000,0.6000
    2.000,3.000,0.7000
    """

    def _prediction(self, named, speech, is_speech):
        notes = () if is_speech else (NO_SPEECH_NOTE,)
        notes = tuple(dict.fromkeys((*self.notes, *notes)))
        return Ratings(named, self.file, notes)

    def _append(self, new):
        self.segments.append(new)

    def csv(self) -> str:
        """Format as CSV: start, end and value of each dimension."""
        lines = [("start_s", "end_s", *self.classes)]
        lines += [
            (
                *(f"{time:.3f}" for time in (part.start_s, part.end_s)),
                *(f"{value:.4f}" for value in part.prediction.values.values()),
            )
            for part in self.segments
        ]
        return "".join(f"{','.join(line)}\n" for line in lines)

    def rttm(self, channel=1):
        """Refuse RTTM, whose segments have a name."""
        raise _no_classes("RTTM", "a timeline")


class RatedClassifier(EmotionClassifier):
    """Predict values of dimensions of recordings in any language.

    Files, batches, signals and embeddings are those of ``EmotionClassifier``; the
    results are ``Ratings``. What needs probabilities is refused.

    Arguments
    ---------
    *args, **kwargs
        As for ``EmotionClassifier``.

    Raises
    ------
    ValueError
        If ``min_confidence`` or ``temperature`` is given, or as there.
    """

    task, TIMELINE = RATED, RatedTimeline

    def __init__(self, *args, **kwargs):
        for name in ("min_confidence", "temperature"):
            if kwargs.get(name) not in (None, 0, 0.0):
                raise _no_classes(name, kwargs[name])
        super().__init__(*args, **kwargs)

    def classify_batch(self, wavs, wav_lens=None):
        """Predict a batch, with the interface of SpeechBrain's class.

        Returns
        -------
        tuple
            Values, (batch, dimensions), the highest of each row, its index and
            its name.

        Raises
        ------
        BadAudioError
            If values are NaN or infinite.
        """
        values = self._values(wavs, wav_lens)
        for row in values.tolist():
            self._refuse(row, "signal")
        score, index = values.max(dim=-1)
        labels = self.hparams.label_encoder.decode_torch(index)
        return values, score, index, labels

    def stream(self, *args, **kwargs):
        """Refuse live audio, whose events are changes of the class."""
        raise _no_classes("classification of live audio", "a stream")

    def adapt(self, *args, **kwargs):
        """Refuse adaptation, which is one of probabilities."""
        raise _no_classes("adaptation", "recordings")

    def _values(self, wavs, wav_lens=None):
        """Compute values, (batch, dimensions)."""
        self._warn_of_statistics()
        both = self.encode_batch(wavs, wav_lens)
        return self.mods.classifier(both).squeeze(1)

    def _outputs(self, wavs, wav_lens=None, texts=None):
        return self._values(wavs, wav_lens)

    def _refuse(self, values, name):
        if not all(map(math.isfinite, values)):
            raise BadAudioError(
                "values",
                f"{name}: expected finite values from the model, found NaN or "
                "infinity; weights or statistics of the model are damaged, take "
                "another, or leave this recording out",
            )

    def _prediction(self, found, file="", notes=()):
        values, (*_, more) = found
        named = dict(zip(self.classes, values.tolist(), strict=True))
        return Ratings(named, file, (*notes, *more))


def _no_classes(what, found):
    """Build the error about what only classes have."""
    return ValueError(
        f"{what}: expected a model that predicts classes, found one that "
        f"predicts values of dimensions ({found!r} was given); leave it out, or "
        "take a model of classes"
    )
