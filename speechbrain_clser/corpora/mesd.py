"""MESD, the Mexican Emotional Speech Database: Spanish (Mexico), acted.

Eleven non-professional women, men and children speak single words in six emotions: 862
recordings.

A name such as ``Anger_F_A_abajo.wav`` is emotion, voice (F, M, or C for child),
list of words and word. The words of list A are the same in every emotion, those
of list B were chosen for each emotion and partly indicate it. Speakers are not
documented: the three voices are used as speakers, so that splits by speaker are splits
by voice. This is stricter than necessary and leaves three groups only.

M. M. Duville, L. M. Alonso-Valerdi and D. I. Ibarra-Zarate: Mexican Emotional
Speech Database Based on Semantic, Frequency, Familiarity, Concreteness, and Cultural
Shaping of Affective Prosody. Data 6(12), 2021.
"""

import re

from speechbrain_clser.data.corpus import Card, recordings
from speechbrain_clser.data.utterance import Utterance

CARD = Card(
    name="mesd",
    title="MESD (Mexican Emotional Speech Database)",
    languages=("spa",),
    n_utterances=862,
    n_speakers=3,
    hours=0.2,
    elicitation="acted",
    licence="CC BY 4.0",
    citation="Duville et al., Mexican Emotional Speech Database Based on "
    "Semantic, Frequency, Familiarity, Concreteness, and Cultural Shaping of "
    "Affective Prosody, Data 6(12), 2021",
    address="https://data.mendeley.com/datasets/cy34mh68j9",
    folders=("MESD", "Mexican Emotional Speech Database (MESD)"),
    example="Anger_F_A_abajo.wav",
)

EMOTIONS = {
    "Anger": "anger",
    "Disgust": "disgust",
    "Fear": "fear",
    "Happiness": "happiness",
    "Neutral": "neutral",
    "Sadness": "sadness",
}

GENDERS = {"F": "female", "M": "male", "C": ""}
NAME = re.compile(rf"({'|'.join(EMOTIONS)})_([FMC])_([AB])_(.+)", re.IGNORECASE)


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    for wav in recordings(root):
        match = NAME.fullmatch(wav.stem)
        if match is None:
            continue
        emotion, voice, words, word = match.groups()
        emotion, voice = emotion.capitalize(), voice.upper()
        word = "_".join(word.lower().split())
        yield Utterance(
            id=f"{emotion}_{voice}_{words.upper()}_{word}",
            wav=str(wav),
            raw_emotion=emotion,
            speaker=voice,
            language="spa",
            gender=GENDERS[voice],
            sentence=word,
        )
