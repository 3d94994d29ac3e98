"""EMOVO: Italian, acted.

Six actors, three of them women, speak the same 14 sentences, five of them
without sense, in the six big emotions and neutral: 6 x 14 x 7 recordings,
published at 48 kHz in stereo.

A name such as ``dis-f1-b1.wav`` is emotion, speaker (its letter is the sex) and
sentence: b short, l long, n nonsense, d question.

G. Costantini, I. Iaderola, A. Paoloni and M. Todisco: EMOVO Corpus: an Italian
Emotional Speech Database. LREC 2014.
"""

from speechbrain_clser.corpora._names import by_name
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="emovo",
    title="EMOVO",
    languages=("ita",),
    n_utterances=588,
    n_speakers=6,
    hours=0.5,
    elicitation="acted",
    licence="research only",
    citation="Costantini et al., EMOVO Corpus: an Italian Emotional Speech "
    "Database, LREC 2014",
    address="http://voice.fub.it/activities/corpora/emovo/index.html",
    folders=("EMOVO",),
    example="dis-f1-b1.wav",
)

EMOTIONS = {
    "rab": "anger",  # rabbia
    "dis": "disgust",  # disgusto
    "pau": "fear",  # paura
    "gio": "happiness",  # gioia
    "neu": "neutral",  # neutro
    "tri": "sadness",  # tristezza
    "sor": "surprise",  # sorpresa
}

# Sentence name to text, as published.
SENTENCES = {
    "b1": "Gli operai si alzano presto.",
    "b2": "I vigili sono muniti di pistola.",
    "b3": "La cascata fa molto rumore.",
    "l1": "L'autunno prossimo Tony partirà per la Spagna nella prima metà di "
    "ottobre.",
    "l2": "Ora prendo la felpa di là ed esco per fare una passeggiata.",
    "l3": "Un attimo dopo s'è incamminato ed è inciampato.",
    "l4": "Vorrei il numero telefonico del Signor Piatti.",
    "n1": "La casa forte vuole col pane.",
    "n2": "La forza trova il passo e l'aglio rosso.",
    "n3": "Il gatto sta scorrendo nella pera.",
    "n4": "Insalata pastasciutta coscia d'agnello limoncello.",
    "n5": "Uno quarantatré dieci mille cinquantasette venti.",
    "d1": "Sabato sera cosa farà?",
    "d2": "Porti con te quella cosa?",  # codespell:ignore te
}

NAME = (
    r"(?P<emotion>[a-z]{3})-(?P<speaker>(?P<gender>[fm])\d)-"
    r"(?P<sentence>[a-z]\d)"
)


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    yield from by_name(root, NAME, "ita", case=str.lower)
