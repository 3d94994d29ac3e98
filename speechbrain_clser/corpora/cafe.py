"""CaFE, the Canadian French Emotional speech corpus: French (Quebec), acted.

Twelve actors, six of them women, speak six sentences in the six big emotions at
two intensities and in neutral at one: 12 x 6 x 13 recordings, published at 48 kHz
and, in two archives, at 192 kHz. Use one of the two editions, not both.

Published as ``Colère/Faible/01-C-1-1.wav``, with neutral one folder less deep. The
name contains actor (odd numbers are men), first letter of the emotion's
French word, intensity (1 weak, 2 strong) and sentence. Folder names are
ignored, because unpacking often damages their accents.

P. Gournay, O. Lahaie and R. Lefebvre: A Canadian French Emotional Speech Dataset.
ACM Multimedia Systems Conference 2018.
"""

from speechbrain_clser.corpora._names import by_name
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="cafe",
    title="CaFE (Canadian French Emotional)",
    languages=("fra",),
    n_utterances=936,
    n_speakers=12,
    hours=1.2,
    elicitation="acted",
    licence="CC BY-NC-SA 4.0",
    citation="Gournay et al., A Canadian French Emotional Speech Dataset, ACM "
    "Multimedia Systems Conference 2018",
    address="https://zenodo.org/records/1478765 (CaFE_48k.zip)",
    folders=("CaFE", "CaFE_48k", "CaFE_192k"),
    example="01-C-1-1.wav",
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

FEMALE = frozenset(f"{actor:02}" for actor in range(2, 13, 2))
NAME = r"(?P<speaker>\d\d)-(?P<emotion>[CDJNPST])-[12]-(?P<sentence>[1-6])"


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    yield from by_name(root, NAME, "fra", FEMALE, str.upper)
