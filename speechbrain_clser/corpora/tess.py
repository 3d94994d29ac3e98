"""TESS, the Toronto Emotional Speech Set: English (North American), acted.

Two actresses, one of 26 years (YAF) and one of 64 (OAF), speak 200 words after
"Say the word" in seven emotions: 2 x 200 x 7 recordings. With two speakers, each
half of a speaker-disjoint split is one voice.

A name such as ``OAF_back_angry.wav`` is actress, word and emotion; ``ps`` is
pleasant surprise. One recording is published as ``OA_bite_neutral.wav``. Copies
often contain the corpus twice, nested; use the inner folder then.

M. K. Pichora-Fuller and K. Dupuis: Toronto emotional speech set (TESS). Borealis,
2020.
"""

import re

from speechbrain_clser.data.corpus import Card, recordings
from speechbrain_clser.data.utterance import Utterance

CARD = Card(
    name="tess",
    title="TESS (Toronto Emotional Speech Set)",
    languages=("eng",),
    n_utterances=2800,
    n_speakers=2,
    hours=1.6,
    elicitation="acted",
    licence="CC BY-NC-ND 4.0",
    citation="Pichora-Fuller and Dupuis, Toronto emotional speech set (TESS), "
    "Borealis 2020",
    address="https://doi.org/10.5683/SP2/E8H2MF",
    folders=(
        "TESS",
        "TESS Toronto emotional speech set data",
        "dataverse_files",
    ),
    example="OAF_back_angry.wav",
)

EMOTIONS = {
    "angry": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "happy": "happiness",
    "neutral": "neutral",
    "ps": "surprise",
    "sad": "sadness",
}

NAME = re.compile(rf"([oy]a)f?_([a-z]+)_({'|'.join(EMOTIONS)})")


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    for wav in recordings(root):
        match = NAME.fullmatch(wav.stem.lower())
        if match is None:
            continue
        age, word, emotion = match.groups()
        speaker = f"{age.upper()}F"
        yield Utterance(
            id=f"{speaker}_{word}_{emotion}",
            wav=str(wav),
            raw_emotion=emotion,
            speaker=speaker,
            language="eng",
            gender="female",
            sentence=word,
        )
