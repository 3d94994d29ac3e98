"""JL corpus: English (New Zealand), acted.

Four actors, two of them women, speak 15 sentences in two sessions with two repetitions
in five primary and five secondary emotions: 2,400 recordings at 44.1 kHz. Excited is
mapped to excitement, anxious to fear, and the other secondary emotions (apologetic,
assertive, concerned, encouraging) to other.

A name such as ``male2_concerned_6b_1.wav`` is speaker, emotion, sentence, session and
repetition.

J. James, L. Tian and C. I. Watson: An Open Source Emotional Speech Corpus for Human
Robot Interaction Applications. Interspeech 2018.
"""

from speechbrain_clser.corpora._names import by_name
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="jlcorpus",
    title="JL corpus",
    languages=("eng",),
    n_utterances=2400,
    n_speakers=4,
    hours=1.4,
    elicitation="acted",
    licence="CC0-1.0",
    citation="James et al., An Open Source Emotional Speech Corpus for Human "
    "Robot Interaction Applications, Interspeech 2018",
    address="https://github.com/tli725/JL-Corpus",
    folders=("JL-Corpus", "JL corpus", "JL"),
    example="male2_concerned_6b_1.wav",
)

EMOTIONS = {
    "angry": "anger",
    "anxious": "fear",
    "apologetic": "other",
    "assertive": "other",
    "concerned": "other",
    "encouraging": "other",
    "excited": "excitement",
    "happy": "happiness",
    "neutral": "neutral",
    "sad": "sadness",
}

NAME = (
    r"(?P<speaker>(?P<gender>female|male)\d)_"
    rf"(?P<emotion>{'|'.join(EMOTIONS)})_(?P<sentence>\d+)[ab]_\d"
)


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    yield from by_name(root, NAME, "eng")
