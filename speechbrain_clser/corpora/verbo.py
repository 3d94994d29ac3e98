"""VERBO, the Voice Emotion Recognition dataBase in Portuguese: Brazilian, acted.

Twelve actors, six of them women, speak 14 sentences in the six big emotions and neutral:
1,167 of 12 x 14 x 7 recordings.

A name such as ``Audios/f1/ale-f1-l1.wav`` is emotion, speaker and sentence: l long, s
short, q question, ns nonsense. EMOVO's names have the same form, so that some neutral
recordings are valid names of both corpora: give each its own folder.

J. R. Torres Neto, G. P. R. Filho, L. Y. Mano and J. Ueyama: VERBO: Voice Emotion
Recognition dataBase in Portuguese Language. Journal of Computer Science 14(11), 2018.
"""

from speechbrain_clser.corpora._names import by_name
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="verbo",
    title="VERBO (Voice Emotion Recognition dataBase in Portuguese)",
    languages=("por",),
    n_utterances=1167,
    n_speakers=12,
    elicitation="acted",
    licence="research only, on request",
    citation="Torres Neto et al., VERBO: Voice Emotion Recognition dataBase in "
    "Portuguese Language, Journal of Computer Science 14(11), 2018",
    address="https://github.com/jrtorresneto/VERBO-emotional-speech-dataset",
    folders=("VERBO",),
    example="ale-f1-l1.wav",
)

EMOTIONS = {
    "ale": "happiness",  # alegria
    "des": "disgust",  # desgosto
    "med": "fear",  # medo
    "neu": "neutral",  # neutro
    "rai": "anger",  # raiva
    "sur": "surprise",  # surpresa
    "tri": "sadness",  # tristeza
}

NAME = (
    rf"(?P<emotion>{'|'.join(EMOTIONS)})-(?P<speaker>(?P<gender>[fm])\d)-"
    r"(?P<sentence>(?:l|ns|q|s)\d)"
)


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    yield from by_name(root, NAME, "por")
