"""JTES, Japanese Twitter-based Emotional Speech: Japanese, acted.

100 speakers, 50 of them women, read 50 messages of Twitter in each of anger, joy,
sadness and neutral: 20,000 recordings. The messages were selected for each emotion, so
the text indicates the label.

A name such as ``wav/f01/ang/f01_ang_01.wav`` is speaker, emotion and message. The
corpus is given on request; the layout is that of its preparation in public toolkits.

E. Takeishi, T. Nose, Y. Chiba and A. Ito: Construction and Analysis of Phonetically and
Prosodically Balanced Emotional Speech Database. O-COCOSDA 2016.
"""

from speechbrain_clser.corpora._names import by_name
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="jtes",
    title="JTES (Japanese Twitter-based Emotional Speech)",
    languages=("jpn",),
    n_utterances=20000,
    n_speakers=100,
    elicitation="acted",
    licence="research only, on request",
    citation="Takeishi et al., Construction and Analysis of Phonetically and "
    "Prosodically Balanced Emotional Speech Database, O-COCOSDA 2016",
    address="http://www.spcom.ecei.tohoku.ac.jp (on request)",
    folders=("JTES", "jtes_v1.1"),
    example="f01_ang_01.wav",
)

EMOTIONS = {
    "ang": "anger",
    "joy": "happiness",
    "neu": "neutral",
    "sad": "sadness",
}

NAME = (
    r"(?P<speaker>(?P<gender>[fm])\d\d)_"
    r"(?P<sentence>(?P<emotion>ang|joy|neu|sad)_\d\d)"
)


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    yield from by_name(root, NAME, "jpn")
