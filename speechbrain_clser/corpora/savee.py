"""SAVEE, Surrey Audio-Visual Expressed Emotion: English (British), acted.

Four men, DC, JE, JK and KL, speak 15 sentences in each of six emotions and 30
in neutral: 120 recordings each, published at 44.1 kHz.

A name such as ``d03.wav`` in the folder ``DC`` is the third sentence of disgust
by speaker DC; later copies have all files in one folder, as ``DC_d03.wav``. The
number counts within the emotion and is the same sentence for all four
speakers, so ``d03`` names the sentence. Of the 15 sentences three are common to
all emotions, two are specific to the emotion and ten are generic but different for each
emotion. The file names do not identify the common ones, so that a sentence spoken in
two emotions has two names, and a third in neutral.

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
            sentence=f"{emotion}{number}",
        )
