"""What a model says of a recording."""

import dataclasses
import math

import torch

from speechbrain_clser.errors import BadAudioError

MAX_GAP = 1e-3  # of a sum of probabilities from 1, by rounding
UNKNOWN = "unknown"


@dataclasses.dataclass(frozen=True)
class Prediction:
    """The most probable emotion, and how probable each is.

    Unpacks like the answer of SpeechBrain's ``EncoderClassifier``, so that code
    written for that goes on working.

    Arguments
    ---------
    probabilities : dict
        Class to probability, in the order of the model.
    min_confidence : float
        The emotion is ``"unknown"`` if no class is as probable as this.
    file : str
        Where the sound came from, if from a file.
    notes : tuple of str
        What is suspicious in the sound, as keys of ``data.profile.NOTES``.

    Example
    -------
    >>> answer = Prediction({"anger": 0.7, "neutral": 0.3}, file="a.wav")
    >>> answer.emotion, answer.probability
    ('anger', 0.7)
    >>> log_probabilities, score, index, labels = answer
    >>> index, labels
    (tensor([0]), ['anger'])
    >>> Prediction(answer.probabilities, min_confidence=0.8).emotion
    'unknown'
    """

    probabilities: dict
    min_confidence: float = 0.0
    file: str = ""
    notes: tuple = ()

    @property
    def probability(self):
        """Of the most probable class, known or not."""
        return max(self.probabilities.values())

    @property
    def emotion(self):
        """Name of the most probable class, or ``"unknown"``."""
        if self.probability < self.min_confidence:
            return UNKNOWN
        return max(self.probabilities, key=self.probabilities.get)

    def __iter__(self):
        probabilities = torch.tensor([list(self.probabilities.values())])
        score, index = probabilities.log().max(dim=-1)
        yield from (probabilities.log(), score, index, [self.emotion])


def refuse_no_probabilities(values, name):
    """Refuse what a model gives in place of probabilities.

    Weights that are finite can be so large that its answers are not.

    Arguments
    ---------
    values : sequence of float
        One per class.
    name : str or Path
        Of the recording; for the message.

    Raises
    ------
    BadAudioError
        With the reason ``probabilities``, if they are NaN or infinite, or do not
        sum to 1.

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
