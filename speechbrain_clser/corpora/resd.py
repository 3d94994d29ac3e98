"""RESD, Russian Emotional Speech Dialogues: Russian, acted in dialogue.

1,396 turns of 50 dialogues in six emotions and neutral. Enthusiasm is mapped to
excitement.

A name such as ``train/happiness_fear_29/29_happiness_fear_f_110.wav`` is dialogue, its
two emotions, first letter of the turn's emotion and position. Actors are not documented,
so each dialogue counts as a speaker and as a session; an actor of several dialogues is
not recognised. The published parts are no sessions: all 50 dialogues are in both.

A. Lubenets, N. Davidchuk and A. Amentes: Aniemore, an open-source library for emotion
recognition, 2022.
"""

from speechbrain_clser.corpora._names import by_name
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="resd",
    title="RESD (Russian Emotional Speech Dialogues)",
    languages=("rus",),
    n_utterances=1396,
    n_speakers=50,
    hours=2.3,
    elicitation="acted",
    licence="MIT",
    citation="Lubenets et al., Aniemore: RESD (Russian Emotional Speech "
    "Dialogues), 2022",
    address="https://huggingface.co/datasets/Aniemore/resd_annotated",
    folders=("RESD",),
    example="29_happiness_fear_f_110.wav",
)

EMOTIONS = {
    "a": "anger",
    "d": "disgust",
    "e": "excitement",
    "f": "fear",
    "h": "happiness",
    "n": "neutral",
    "s": "sadness",
}

NAME = r"(?P<speaker>(?P<session>\d\d))_[a-z]+_[a-z]+[_ ](?P<emotion>[adefhns])_\d+"


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    yield from by_name(root, NAME, "rus")
