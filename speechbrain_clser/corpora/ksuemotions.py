"""KSUEmotions: Arabic (Modern Standard), acted.

23 speakers of Saudi Arabia, Syria and Yemen, 13 of them women, speak 16 sentences in two
phases: neutral, happiness, sadness, surprise and, in one phase each, questioning and
anger; 3,280 recordings, about five hours. Questioning is mapped to other.

A name such as ``D1E05P08S11T01.flac`` is phase, emotion, speaker, sentence and trial.
The layout is not public: the emotion and its place are those of published readers, the
order of the other parts is an assumption. Without the speaker table, the sex of speakers
is unknown.

A. H. Meftah, Y. A. Alotaibi and S.-A. Selouani: Evaluation of an Arabic Speech Corpus of
Emotions: A Perceptual and Statistical Analysis. IEEE Access 6, 2018.
"""

from speechbrain_clser.corpora._names import by_name
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="ksuemotions",
    title="KSUEmotions (King Saud University Emotions)",
    languages=("ara",),
    n_utterances=3280,
    n_speakers=23,
    hours=5.2,
    elicitation="acted",
    licence="licensed by the Linguistic Data Consortium",
    citation="Meftah et al., Evaluation of an Arabic Speech Corpus of Emotions: A "
    "Perceptual and Statistical Analysis, IEEE Access 6, 2018",
    address="https://catalog.ldc.upenn.edu/LDC2017S12",
    folders=("KSUEmotions", "KSU_Emotions", "ksu_emotions"),
    example="D1E05P08S11T01.flac",
)

EMOTIONS = {
    "0": "neutral",
    "1": "happiness",
    "2": "sadness",
    "3": "surprise",
    "4": "other",  # questioning
    "5": "anger",
}

NAME = r"D\d+E0?(?P<emotion>[0-5])P(?P<speaker>\d+)S(?P<sentence>\d+)(?:T\d+)?"


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    yield from by_name(root, NAME, "ara")
