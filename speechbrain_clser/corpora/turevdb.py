"""TurEV-DB, the Turkish Emotion-Voice Database: Turkish, acted.

Six actors, three of them women, speak 82 words without meaning or context in three
emotions and calm; there is no neutral, but a protocol can merge calm into it. 1,735
recordings at 44.1 kHz; actor 1157 has 150, others up to 328.

A name such as ``Sound Source/Angry/1157_kz_acik.wav`` is actor, emotion (kz angry, mt
happy, sk calm, hl sad) and word. The sex of the actors is not documented; it follows from
their measured pitch.

S. F. Canpolat, Z. Ormanoğlu and D. Zeyrek: Turkish Emotion Voice Database (TurEV-DB).
SLTU-CCURL 2020.
"""

from speechbrain_clser.corpora._names import by_name
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="turevdb",
    title="TurEV-DB (Turkish Emotion-Voice Database)",
    languages=("tur",),
    n_utterances=1735,
    n_speakers=6,
    hours=0.5,
    elicitation="acted",
    licence="CC BY-NC-ND 4.0",
    citation="Canpolat et al., Turkish Emotion Voice Database (TurEV-DB), "
    "SLTU-CCURL 2020",
    address="https://github.com/Xeonen/TurEV-DB",
    folders=("TurEV-DB", "TurEV-DB-master"),
    example="1157_kz_acik.wav",
)

EMOTIONS = {"kz": "anger", "mt": "happiness", "sk": "calm", "hl": "sadness"}

FEMALE = frozenset({"1234", "1984", "7895"})
NAME = r"(?P<speaker>\d{4})_(?P<emotion>kz|mt|sk|hl)_(?P<sentence>[a-z]+)1?"


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    yield from by_name(root, NAME, "tur", female=FEMALE)
