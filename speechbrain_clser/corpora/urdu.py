"""URDU: Urdu, natural, cut from television talk shows.

400 utterances, 100 for each of four emotions. Its README counts 38 speakers
(27 men, 11 women), but the names of the files hold 29 (18 men, 11 women): the
card uses the counts of the files. 26 of the 29 speakers have one emotion only, so
speaker and label are confounded. Sentence and show are not documented.

A name such as ``SM1_F10_A010.wav`` is speaker SM1 (a man), his file 10, and
number 10 of emotion A. The letter and the folder, ``Angry``, give the same label, so
flat layouts are supported.

S. Latif, A. Qayyum, M. Usman and J. Qadir: Cross Lingual Speech Emotion
Recognition: Urdu vs. Western Languages. FIT 2018, arXiv:1812.10411.
"""

from speechbrain_clser.corpora._names import by_name
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="urdu",
    title="URDU",
    languages=("urd",),
    n_utterances=400,
    n_speakers=29,
    hours=0.3,
    elicitation="natural",
    licence="research only",
    citation="Latif et al., Cross Lingual Speech Emotion Recognition: Urdu vs. "
    "Western Languages, FIT 2018",
    address="https://github.com/siddiquelatif/URDU-Dataset",
    folders=("URDU", "URDU-Dataset", "URDU-Dataset-master"),
    example="SM1_F10_A010.wav",
)

EMOTIONS = {"A": "anger", "H": "happiness", "N": "neutral", "S": "sadness"}

NAME = r"(?P<speaker>S(?P<gender>[FM])\d+)_F\d+_(?P<emotion>[A-Z])\d+"


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    yield from by_name(root, NAME, "urd", case=str.upper)
