"""emoUERJ: Portuguese (Brazil), acted.

Eight actors, four of them women, speak sentences that they chose from ten in three
emotions and neutral: 377 recordings.

A name such as ``w02h03.wav`` is sex (w woman, m man) and number of the actor, first letter
of the emotion and number of the recording; sentences are not documented.

R. Bastos Germano, M. Pompeu Tcheou, F. da Rocha Henriques and S. Pinto Gomes Junior:
emoUERJ: an emotional speech database in Portuguese. Zenodo, 2021.
"""

from speechbrain_clser.corpora._names import by_name
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="emouerj",
    title="emoUERJ",
    languages=("por",),
    n_utterances=377,
    n_speakers=8,
    elicitation="acted",
    licence="unknown",
    citation="Bastos Germano et al., emoUERJ: an emotional speech database in "
    "Portuguese, Zenodo 2021",
    address="https://zenodo.org/records/5427549",
    folders=("emoUERJ",),
    example="w02h03.wav",
)

EMOTIONS = {"a": "anger", "h": "happiness", "n": "neutral", "s": "sadness"}

NAME = r"(?P<speaker>(?P<gender>[mw])\d\d)(?P<emotion>[ahns])\d\d"


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    yield from by_name(root, NAME, "por")
