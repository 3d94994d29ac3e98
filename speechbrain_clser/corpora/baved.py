"""BAVED, the Basic Arabic Vocal Emotions Dataset: Arabic, acted.

61 speakers, 16 of them women, speak seven words at three levels of emotion: low (as if
tired), neutral and high (positive or negative). 1,935 recordings at 16 kHz. Only the
neutral level is one of the classes; the others are mapped to other.

A name such as ``0/103-f-22-0-1-6.wav`` is speaker, sex, age, word, level and number.

A. Aouf: Basic Arabic Vocal Emotions Dataset (BAVED), 2019.
"""

from speechbrain_clser.corpora._names import by_name
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="baved",
    title="BAVED (Basic Arabic Vocal Emotions Dataset)",
    languages=("ara",),
    n_utterances=1935,
    n_speakers=61,
    elicitation="acted",
    licence="unknown",
    citation="Aouf, Basic Arabic Vocal Emotions Dataset (BAVED), 2019",
    address="https://github.com/40uf411/Basic-Arabic-Vocal-Emotions-Dataset",
    folders=("BAVED", "Basic-Arabic-Vocal-Emotions-Dataset"),
    example="103-f-22-0-1-6.wav",
)

EMOTIONS = {"0": "other", "1": "neutral", "2": "other"}

NAME = (
    r"(?P<speaker>\d+)-(?P<gender>[fmFM])-\d+-(?P<sentence>[0-6])-"
    r"(?P<emotion>[0-2])-\d+"
)


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    yield from by_name(root, NAME, "ara")
