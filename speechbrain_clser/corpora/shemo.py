"""ShEMO, the Sharif Emotional Speech Database: Persian, from radio plays.

87 speakers, 31 of them women; 3,000 utterances in five emotions and neutral, labelled
by the majority of twelve listeners. 38 recordings are of fear, more than 2,000 of anger
and neutral. Texts differ between utterances.

A name such as ``male/M36S02.wav`` is sex and number of the speaker, letter of the
emotion (W is surprise) and number of the utterance.

O. Mohamad Nezami, P. Jamshid Lou and M. Karami: ShEMO: a large-scale validated database
for Persian speech emotion detection. Language Resources and Evaluation 53, 2019.
"""

from speechbrain_clser.corpora._names import by_name
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="shemo",
    title="ShEMO (Sharif Emotional Speech Database)",
    languages=("fas",),
    n_utterances=3000,
    n_speakers=87,
    hours=3.4,
    elicitation="acted",
    licence="free for research",
    citation="Mohamad Nezami et al., ShEMO: a large-scale validated database for "
    "Persian speech emotion detection, Language Resources and Evaluation 53, 2019",
    address="https://github.com/pariajm/sharif-emotional-speech-database",
    folders=("ShEMO",),
    example="M36S02.wav",
)

EMOTIONS = {
    "A": "anger",
    "F": "fear",
    "H": "happiness",
    "N": "neutral",
    "S": "sadness",
    "W": "surprise",
}

NAME = r"(?P<speaker>(?P<gender>[FM])\d\d)(?P<emotion>[AFHNSW])\d\d"


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    yield from by_name(root, NAME, "fas")
