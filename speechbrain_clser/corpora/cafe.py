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

import re

from speechbrain_clser.data.corpus import Card, recordings
from speechbrain_clser.data.utterance import Utterance

CARD = Card(
    name="cafe",
    title="CaFE (Canadian French Emotional)",
    languages=("fra",),
    n_utterances=936,
    n_speakers=12,
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

NAME = re.compile(r"(\d\d)-([CDJNPST])-[12]-([1-6])")


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    for wav in recordings(root):
        match = NAME.fullmatch(wav.stem.upper())
        if match is None:
            continue
        speaker, emotion, sentence = match.groups()
        yield Utterance(
            id=match.group(),
            wav=str(wav),
            raw_emotion=emotion,
            speaker=speaker,
            language="fra",
            gender="female" if int(speaker) % 2 == 0 else "male",
            sentence=sentence,
        )
