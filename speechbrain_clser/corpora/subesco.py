"""SUBESCO, the SUST Bangla Emotional Speech Corpus: Bangla, acted.

20 actors, ten of them women, speak ten sentences five times in the six big emotions
and neutral: 20 x 10 x 7 x 5 recordings, some at 44.1 and some at 48 kHz.

A name such as ``F_10_FAHMEE_S_6_FEAR_5.wav`` is sex, number and name of the speaker,
sentence 6, emotion and repetition. Women and men are numbered separately. One published
name ends with a bracket, ``…_SURPRISE_3].wav``.

S. Sultana, M. S. Rahman, M. R. Selim and M. Z. Iqbal: SUST Bangla Emotional Speech
Corpus (SUBESCO): An audio-only emotional speech corpus for Bangla. PLoS ONE 16(4), 2021.
"""

from speechbrain_clser.corpora._names import by_name
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="subesco",
    title="SUBESCO (SUST Bangla Emotional Speech Corpus)",
    languages=("ben",),
    n_utterances=7000,
    n_speakers=20,
    hours=7.8,
    elicitation="acted",
    licence="CC BY 4.0",
    citation="Sultana et al., SUST Bangla Emotional Speech Corpus (SUBESCO), PLoS "
    "ONE 16(4), 2021",
    address="https://zenodo.org/records/4526477",
    folders=("SUBESCO",),
    example="F_10_FAHMEE_S_6_FEAR_5.wav",
)

EMOTIONS = {
    "ANGRY": "anger",
    "DISGUST": "disgust",
    "FEAR": "fear",
    "HAPPY": "happiness",
    "NEUTRAL": "neutral",
    "SAD": "sadness",
    "SURPRISE": "surprise",
}

NAME = (
    r"(?P<speaker>(?P<gender>[FM])_\d\d)_[A-Z]+_S_(?P<sentence>\d+)_"
    rf"(?P<emotion>{'|'.join(EMOTIONS)})_\d\]?"
)


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    yield from by_name(root, NAME, "ben")
