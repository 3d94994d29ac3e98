"""RAVDESS, its audio-only speech: English (North American), acted.

24 actors, twelve of them women, speak two sentences twice in eight emotions at
two intensities (neutral at one): 60 recordings each, with about a second of
silence at both ends. Calm is a separate emotion; a scheme can merge
it into neutral.

A name such as ``03-01-05-02-01-01-12.wav`` is seven numbers: modality 03
(audio only), channel 01 (speech), emotion, intensity, sentence, repetition,
actor (even numbers are women). Songs (channel 02) are skipped.

S. R. Livingstone and F. A. Russo: The Ryerson Audio-Visual Database of
Emotional Speech and Song (RAVDESS). PLoS ONE 13(5), 2018.
"""

from speechbrain_clser.corpora._names import by_name
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="ravdess",
    title="RAVDESS (audio-only speech)",
    languages=("eng",),
    n_utterances=1440,
    n_speakers=24,
    hours=1.5,
    elicitation="acted",
    licence="CC BY-NC-SA 4.0",
    citation="Livingstone and Russo, The Ryerson Audio-Visual Database of "
    "Emotional Speech and Song (RAVDESS), PLoS ONE 13(5), 2018",
    address="https://zenodo.org/records/1188976 "
    "(Audio_Speech_Actors_01-24.zip)",
    folders=("RAVDESS", "Audio_Speech_Actors_01-24"),
    example="03-01-05-02-01-01-12.wav",
)

EMOTIONS = {
    "01": "neutral",
    "02": "calm",
    "03": "happiness",
    "04": "sadness",
    "05": "anger",
    "06": "fear",
    "07": "disgust",
    "08": "surprise",
}

# Sentence name to text, as published.
SENTENCES = {
    "01": "Kids are talking by the door.",
    "02": "Dogs are sitting by the door.",
}

FEMALE = frozenset(f"{actor:02}" for actor in range(2, 25, 2))
NAME = r"03-01-(?P<emotion>\d\d)-\d\d-(?P<sentence>\d\d)-\d\d-(?P<speaker>\d\d)"


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    yield from by_name(root, NAME, "eng", FEMALE)
