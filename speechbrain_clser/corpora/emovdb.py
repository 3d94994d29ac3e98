"""EmoV-DB, the Emotional Voices Database: English, acted.

Four speakers, two of them women, read sentences of CMU Arctic in three emotions, sleepy
and neutral: 6,887 recordings, made for speech synthesis. Speaker josh has no anger and
no disgust. Amused speech, which is interrupted by laughter, is mapped to happiness;
sleepy to other.

Published as ``sam_Angry/anger_197-224_0208.wav`` or, in another archive,
``sam/Angry/…``: speaker and emotion are the folder's, the last number is the sentence.

A. Adigwe, N. Tits, K. El Haddad, S. Ostadabbas and T. Dutoit: The Emotional Voices
Database: Towards Controlling the Emotion Dimension in Voice Generation Systems.
arXiv:1806.09514, 2018.
"""

from speechbrain_clser.corpora._names import by_name
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="emovdb",
    title="EmoV-DB (Emotional Voices Database)",
    languages=("eng",),
    n_utterances=6887,
    n_speakers=4,
    hours=9.5,
    elicitation="acted",
    licence="research only",
    citation="Adigwe et al., The Emotional Voices Database: Towards Controlling "
    "the Emotion Dimension in Voice Generation Systems, arXiv:1806.09514, 2018",
    address="https://github.com/numediart/EmoV-DB",
    folders=("EmoV-DB", "EmoV-DB_sorted", "EmoVDB"),
    example="sam_Angry/anger_197-224_0208.wav",
)

EMOTIONS = {
    "Amused": "happiness",
    "Angry": "anger",
    "Disgusted": "disgust",
    "Neutral": "neutral",
    "Sleepy": "other",
}

FEMALE = frozenset({"bea", "jenie"})
NAME = (
    r"(?P<speaker>bea|jenie|josh|sam)[_/]"
    rf"(?P<emotion>{'|'.join(EMOTIONS)})/[A-Za-z]+_\d+[-_]\d+_(?P<sentence>\d{{4}})"
)


def utterances(root):
    """Yield the utterances in file-name order, labelled by folder and file name."""
    yield from by_name(root, NAME, "eng", female=FEMALE)
