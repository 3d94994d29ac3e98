"""Oréau, second version: French, acted.

32 speakers, 7 of them women by their folders, speak everyday sentences of a classroom in
the six big emotions and neutral: the 434 of 502 recordings that listeners recognised.
The sentences were written for each emotion and partly indicate it.

A name such as ``OréauFR_02/f/sessj/10a02Ja.wav`` is sex, speaker, sentence (a few are
``z03``), first letter of the emotion's French word and repetition. The sentence is
named with its emotion, ``a02J``. EMO-DB's names have the same form.

L. Kerkeni, C. Cleder, Y. Serrestou and K. Raoof: French Emotional Speech Database -
Oréau. Zenodo, 2020.
"""

from speechbrain_clser.corpora._names import by_name
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="oreau",
    title="Oréau (French Emotional Speech Database, version 2)",
    languages=("fra",),
    n_utterances=434,
    n_speakers=32,
    hours=0.3,
    elicitation="acted",
    licence="CC BY 4.0",
    citation="Kerkeni et al., French Emotional Speech Database - Oréau, Zenodo 2020",
    address="https://zenodo.org/records/4405783",
    folders=("Oreau", "Oréau", "OréauFR_02", "OreauFR_02"),
    example="10a02Ja.wav",
)

EMOTIONS = {
    "C": "anger",  # colère
    "D": "disgust",  # dégoût
    "J": "happiness",  # joie
    "N": "neutral",  # neutre
    "P": "fear",  # peur
    "S": "surprise",
    "T": "sadness",  # tristesse
}

FEMALE = frozenset({"10", "11", "13", "21", "24", "37", "42"})
NAME = r"(?P<speaker>\d\d)(?P<sentence>[az]\d\d(?P<emotion>[CDJNPST]))[a-z]"


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    yield from by_name(root, NAME, "fra", female=FEMALE)
