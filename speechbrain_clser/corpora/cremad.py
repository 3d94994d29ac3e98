"""CREMA-D, the Crowd-sourced Emotional Multimodal Actors Dataset: English, acted.

91 actors, 43 of them women, speak twelve sentences in six emotions; one of the
sentences at three levels of intensity, the others at an unspecified level. 7,442
recordings of 16 kHz. Listeners often perceived another emotion than the intended
one, which is the label here. Their votes on the sound alone are read from
``processedResults/tabulatedVotes.csv``, if it is there: rows of 100,001-199,999, counts
``A D F H N S`` and ``fileName``; later rows are votes on the face and on both.

A name such as ``1001_IEO_ANG_LO.wav`` is actor 1001, sentence IEO, emotion ANG and
level LO (also MD, HI, and XX if unspecified). ``VideoDemographics.csv`` has the sex of
each actor. A clone of the repository also has the recordings as MP3: those of the folder
``AudioWAV`` are used if there is one.

H. Cao, D. G. Cooper, M. K. Keutmann, R. C. Gur, A. Nenkova and R. Verma: CREMA-D:
Crowd-sourced Emotional Multimodal Actors Dataset. IEEE Transactions on Affective
Computing 5(4), 2014.
"""

import csv
import re
from pathlib import Path

from speechbrain_clser.corpora._table import read_table
from speechbrain_clser.data.corpus import Card, recordings
from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.errors import TableError

CARD = Card(
    name="cremad",
    title="CREMA-D (Crowd-sourced Emotional Multimodal Actors Dataset)",
    languages=("eng",),
    n_utterances=7442,
    n_speakers=91,
    hours=5.3,
    elicitation="acted",
    licence="Open Database License 1.0",
    citation="Cao et al., CREMA-D: Crowd-sourced Emotional Multimodal Actors "
    "Dataset, IEEE Transactions on Affective Computing 5(4), 2014",
    address="https://github.com/CheyneyComputerScience/CREMA-D",
    folders=("CREMA-D", "CREMAD"),
    example="AudioWAV/1001_DFA_ANG_XX.wav",
)

EMOTIONS = {
    "ANG": "anger",
    "DIS": "disgust",
    "FEA": "fear",
    "HAP": "happiness",
    "NEU": "neutral",
    "SAD": "sadness",
}

# Sentence name to text, as published.
SENTENCES = {
    "DFA": "Don't forget a jacket.",
    "IEO": "It's eleven o'clock.",
    "IOM": "I'm on my way to the meeting.",
    "ITH": "I think I have a doctor's appointment.",
    "ITS": "I think I've seen this before.",
    "IWL": "I would like a new alarm clock.",
    "IWW": "I wonder what this is about.",
    "MTI": "Maybe tomorrow it will be cold.",
    "TAI": "The airplane is almost full.",
    "TIE": "That is exactly what happened.",
    "TSI": "The surface is slick.",
    "WSI": "We'll stop in a couple of minutes.",
}

TABLE = "VideoDemographics.csv"
VOTES = "processedResults/tabulatedVotes.csv"
VOICE = 1  # query type: the number of a row is 100,000 times it and the clip
# One published name has the level X.
NAME = re.compile(r"(1\d{3})_([A-Z]{3})_([A-Z]{3})_(?:LO|MD|HI|XX?)")


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    root, genders = Path(root), {}
    votes, folder = _votes(root / VOTES), root / "AudioWAV"
    for wav in recordings(folder if folder.is_dir() else root):
        match = NAME.fullmatch(wav.stem)
        if match is None:
            continue
        actor, sentence, emotion = match.groups()
        genders = genders or _genders(root)
        if actor not in genders:
            raise TableError(
                f"{root / TABLE}: expected a row of actor {actor}, who speaks "
                f"{wav.name}, found none; copy the table of {CARD.address}"
            )
        yield Utterance(
            id=wav.stem,
            wav=str(wav),
            raw_emotion=emotion,
            speaker=actor,
            language="eng",
            gender=genders[actor],
            sentence=sentence,
            votes=votes.get(wav.stem, ()),
        )


def _votes(table):
    """Read the votes on the sound of each recording; none without a table."""
    if not table.is_file():
        return {}
    letters = {label[0]: emotion for label, emotion in EMOTIONS.items()}
    with table.open(newline="", encoding="utf-8") as file:
        number, *names = (reader := csv.DictReader(file)).fieldnames or [""]
        if missing := [n for n in (*letters, "fileName") if n not in names]:
            raise TableError(
                f"{table}: expected a number and the columns {' '.join(letters)} "
                f"fileName, found no {' '.join(missing)}; copy it from {CARD.address}"
            )
        return {
            row["fileName"]: tuple(
                (emotion, float(row[letter]))
                for letter, emotion in letters.items()
                if float(row[letter])
            )
            for row in reader
            if int(row[number]) // 100_000 == VOICE
        }


def _genders(root):
    """Read the gender of each actor."""
    if not (root / TABLE).is_file():
        raise FileNotFoundError(
            f"{root / TABLE}: expected the table of the actors, found none; copy "
            f"it from {CARD.address}"
        )
    rows = read_table(root / TABLE, ("actorid", "sex"), (), {})
    return {row["actorid"]: row["sex"].lower() for _, row in rows}
