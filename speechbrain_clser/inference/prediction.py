"""Represent the prediction of a model for a recording."""

import dataclasses
import math

import torch

from speechbrain_clser.errors import BadAudioError

MAX_GAP = 1e-3  # of a sum of probabilities from 1, due to rounding
UNKNOWN = "unknown"
NO_SPEECH = "no speech"
NO_TEXT = "no_text"
NOTES = {NO_TEXT: "no transcript; the model used the audio alone"}


@dataclasses.dataclass(frozen=True)
class Prediction:
    """The predicted emotion and the probabilities of all classes.

    Unpacks like the result of SpeechBrain's ``EncoderClassifier``, so that
    existing code keeps working.

    Arguments
    ---------
    probabilities : dict
        Class to probability, in the order of the model.
    min_confidence : float
        The emotion is ``"unknown"`` if no probability reaches this.
    file : str
        Path of the recording; empty for a signal in memory.
    notes : tuple of str
        Suspicious properties of the audio, as keys of ``data.profile.NOTES``, and
        ``"no_text"`` if the model reads transcripts, and there was none.
    speech : float
        Share of the time with a voice, 0-1; NaN if it was not measured.
    is_speech : bool
        Whether there is enough speech; the emotion is ``"no speech"`` otherwise.

    Example
    -------
    >>> prediction = Prediction({"anger": 0.7, "neutral": 0.3}, file="a.wav")
    >>> prediction.emotion, prediction.probability
    ('anger', 0.7)
    >>> log_probabilities, score, index, labels = prediction
    >>> index, labels
    (tensor([0]), ['anger'])
    >>> Prediction(prediction.probabilities, min_confidence=0.8).emotion
    'unknown'
    >>> Prediction(prediction.probabilities, is_speech=False).emotion
    'no speech'
    """

    probabilities: dict
    min_confidence: float = 0.0
    file: str = ""
    notes: tuple = ()
    speech: float = math.nan
    is_speech: bool = True

    @property
    def probability(self):
        """Probability of the most probable class."""
        return max(self.probabilities.values())

    @property
    def emotion(self):
        """Name of the most probable class, ``"unknown"`` or ``"no speech"``."""
        if not self.is_speech:
            return NO_SPEECH
        if self.probability < self.min_confidence:
            return UNKNOWN
        return max(self.probabilities, key=self.probabilities.get)

    def __iter__(self):
        probabilities = torch.tensor([list(self.probabilities.values())])
        score, index = probabilities.log().max(dim=-1)
        yield from (probabilities.log(), score, index, [self.emotion])


def refuse_no_probabilities(values, name):
    """Raise BadAudioError if values are not probabilities.

    Large finite weights of a model can produce infinite values.

    Example
    -------
    >>> refuse_no_probabilities([0.5, 0.5], "a.wav")
    >>> refuse_no_probabilities([0.5, float("nan")], "a.wav")
    Traceback (most recent call last):
    ...
    speechbrain_clser.errors.BadAudioError: a.wav: expected finite ...
    """
    found = "NaN or infinity"
    if all(map(math.isfinite, values)):
        total = math.fsum(values)
        if abs(total - 1) < MAX_GAP:
            return
        found = f"a sum of {total:.6g}"
    raise BadAudioError(
        "probabilities",
        f"{name}: expected finite probabilities that sum to 1 from the model, "
        f"found {found}; weights or statistics of the model are damaged, take "
        "another, or leave this recording out",
    )
