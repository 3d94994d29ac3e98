"""JVNV: Japanese, acted, with nonverbal vocalisations.

Four professional speakers, two of them women, speak emotional texts with laughs, sighs
and cries in the six big emotions, without neutral: 1,615 recordings at 48 kHz. The texts
were generated for each emotion and indicate it.

A name such as ``F1/anger/regular/F1_anger_regular_01.wav`` is speaker, emotion, session
(in the free one the speakers choose the vocalisation) and text; a number denotes another
text in each emotion and session.

D. Xin, J. Jiang, S. Takamichi, Y. Saito, A. Aizawa and H. Saruwatari: JVNV: A Corpus of
Japanese Emotional Speech With Verbal Content and Nonverbal Expressions. IEEE Access 12,
2024.
"""

from speechbrain_clser.corpora._names import by_name
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="jvnv",
    title="JVNV",
    languages=("jpn",),
    n_utterances=1615,
    n_speakers=4,
    hours=3.9,
    elicitation="acted",
    licence="CC BY-SA 4.0",
    citation="Xin et al., JVNV: A Corpus of Japanese Emotional Speech With Verbal "
    "Content and Nonverbal Expressions, IEEE Access 12, 2024",
    address="https://sites.google.com/site/shinnosuketakamichi/research-topics/jvnv_corpus",
    folders=("JVNV", "jvnv_v1", "jvnv_ver1"),
    example="F1_anger_regular_01.wav",
)

EMOTIONS = {
    "anger": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "happy": "happiness",
    "sad": "sadness",
    "surprise": "surprise",
}

NAME = (
    r"(?P<speaker>(?P<gender>[FM])[12])_"
    rf"(?P<sentence>(?P<emotion>{'|'.join(EMOTIONS)})_(?:free|regular)_\d+)"
)


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    yield from by_name(root, NAME, "jpn")
