"""ASED, the Amharic Speech Emotion Dataset: Amharic, acted.

65 volunteers, 25 of them women, speak in four emotions and neutral: 2,474 recordings of
two to four seconds at 16 kHz, which eight judges accepted. Most speakers have 12 to 70.
Four pairs of recordings are identical.

A name such as ``05Angry/a5-02-01-01-33.wav`` is letter and number of the emotion,
sentence, repetition, sex (01 female) and speaker. One published name has a capital,
``S4-…``. Five speakers have one recording with the sex of the others; the sex of a
speaker is that of most recordings. Names do not tell which sentences are the same in
several emotions, so a sentence is named with its emotion, ``a5-02``.

E. A. Retta, E. Almekhlafi, R. Sutcliffe, M. Mhamed, H. Ali and J. Feng: A New Amharic
Speech Emotion Dataset and Classification Benchmark. ACM Transactions on Asian and
Low-Resource Language Information Processing 22(1), 2023.
"""

from speechbrain_clser.corpora._names import by_name
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="ased",
    title="ASED (Amharic Speech Emotion Dataset)",
    languages=("amh",),
    n_utterances=2474,
    n_speakers=65,
    hours=2.1,
    elicitation="acted",
    licence="unknown",
    citation="Retta et al., A New Amharic Speech Emotion Dataset and "
    "Classification Benchmark, ACM TALLIP 22(1), 2023",
    address="https://github.com/Ethio2021/ASED_V1",
    folders=("ASED", "ASED_V1", "ASED_V1-main"),
    example="a5-02-01-01-33.wav",
)

EMOTIONS = {
    "a": "anger",
    "f": "fear",
    "h": "happiness",
    "n": "neutral",
    "s": "sadness",
}

FEMALE = frozenset(
    "01 03 05 07 09 11 13 15 17 19 21 23 25 27 29 31 33 35 37 43 47 48 49 58 "
    "62".split()
)
NAME = r"(?P<sentence>(?P<emotion>[afhns])\d-\d\d)-\d\d-0[12]-(?P<speaker>\d\d)"


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    yield from by_name(root, NAME, "amh", female=FEMALE, case=str.lower)
