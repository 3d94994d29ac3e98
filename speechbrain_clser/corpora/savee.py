"""SAVEE, Surrey Audio-Visual Expressed Emotion: English (British), acted.

Four men, DC, JE, JK and KL, speak 15 sentences in each of six emotions and 30
in neutral: 120 recordings each, published at 44.1 kHz.

A name such as ``d03.wav`` in the folder ``DC`` is the third sentence of disgust
by speaker DC; later copies have all files in one folder, as ``DC_d03.wav``. The
number counts within the emotion and is the same sentence for all four speakers. Of the 15
sentences of an emotion, 01 to 03 are common to all emotions and are n01 to n03; 04 and
05, which are specific to the emotion, are spoken in neutral, too, among n19 to n30
(``SPECIFIC``); the others are generic and different for each emotion. The sentence is
named as in neutral if it is spoken there: ``d03`` is sentence n03, ``d04`` is n21.

S. Haq and P. J. B. Jackson: Speaker-Dependent Audio-Visual Emotion
Recognition. AVSP 2009.
"""

import re

from speechbrain_clser.data.corpus import Card, recordings
from speechbrain_clser.data.utterance import Utterance

CARD = Card(
    name="savee",
    title="SAVEE (Surrey Audio-Visual Expressed Emotion)",
    languages=("eng",),
    n_utterances=480,
    n_speakers=4,
    hours=0.5,
    elicitation="acted",
    licence="research only, after registration",
    citation="Haq and Jackson, Speaker-Dependent Audio-Visual Emotion "
    "Recognition, AVSP 2009",
    address="http://kahlan.eps.surrey.ac.uk/savee",
    folders=("SAVEE", "AudioData"),
    example="DC/d03.wav or DC_d03.wav",
)

EMOTIONS = {
    "a": "anger",
    "d": "disgust",
    "f": "fear",
    "h": "happiness",
    "n": "neutral",
    "sa": "sadness",
    "su": "surprise",
}

# First of the two neutral sentences that are 04 and 05 of an emotion.
SPECIFIC = {"a": 19, "d": 21, "f": 23, "h": 29, "sa": 27, "su": 25}
NESTED_OR_FLAT = re.compile(r"(DC|JE|JK|KL)[/_]([a-z]+)(\d\d)", re.IGNORECASE)


def utterances(root):
    """Yield the utterances in file-name order, labelled by file and folder name."""
    for wav in recordings(root):
        match = NESTED_OR_FLAT.fullmatch(wav.stem) or NESTED_OR_FLAT.fullmatch(
            f"{wav.parent.name}/{wav.stem}"
        )
        if match is None:
            continue
        speaker, emotion, number = match.groups()
        speaker, emotion = speaker.upper(), emotion.lower()
        yield Utterance(
            id=f"{speaker}_{emotion}{number}",
            wav=str(wav),
            raw_emotion=emotion,
            speaker=speaker,
            language="eng",
            gender="male",
            sentence=_sentence(emotion, int(number)),
        )


def _sentence(emotion, number):
    """Name a sentence as in neutral, if it is spoken there."""
    if number <= 3:
        emotion = "n"
    elif number <= 5 and emotion in SPECIFIC:
        emotion, number = "n", SPECIFIC[emotion] + number - 4
    return f"{emotion}{number:02}"
