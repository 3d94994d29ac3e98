"""AESDD, the Acted Emotional Speech Dynamic Database: Greek, acted.

Actors of a theatre group speak about 20 sentences in five emotions, without neutral. The
corpus grows; these counts are of the release with six speakers and 604 recordings. The
sex of the speakers is not documented.

A name such as ``anger/a03 (3).wav`` is first letter of the emotion, sentence and, in
parentheses, speaker. A few have a letter after it, a further recording:
``a06 (5)b.wav``. Sentences are taken from plays and, as published, their words fit any
emotion: a number is taken as the same sentence in all emotions.

N. Vryzas, R. Kotsakis, A. Liatsou, C. Dimoulas and G. Kalliris: Speech Emotion
Recognition for Performance Interaction. Journal of the Audio Engineering Society 66(6),
2018.
"""

from speechbrain_clser.corpora._names import by_name
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="aesdd",
    title="AESDD (Acted Emotional Speech Dynamic Database)",
    languages=("ell",),
    n_utterances=604,
    n_speakers=6,
    hours=0.7,
    elicitation="acted",
    licence="unknown",
    citation="Vryzas et al., Speech Emotion Recognition for Performance "
    "Interaction, Journal of the Audio Engineering Society 66(6), 2018",
    address="http://m3c.web.auth.gr/research/aesdd-speech-emotion-recognition",
    folders=("AESDD", "Acted Emotional Speech Dynamic Database"),
    example="anger/a03 (3).wav",
)

EMOTIONS = {
    "a": "anger",
    "d": "disgust",
    "f": "fear",
    "h": "happiness",
    "s": "sadness",
}

NAME = r"(?P<emotion>[adfhs])(?P<sentence>\d\d) \(0?(?P<speaker>\d+)\)[ab]?"


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    yield from by_name(root, NAME, "ell")
