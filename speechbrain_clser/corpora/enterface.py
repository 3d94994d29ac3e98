"""eNTERFACE'05: English, elicited, spoken by people of 14 nations.

43 subjects react to six short stories, each of which elicits one emotion, with the
same five sentences per emotion: 43 x 6 x 5 recordings, except for three missing ones of
happiness (subject 23). Few subjects are native speakers of English. The sex of the
subjects is not documented.

Published as videos, ``subject 1/anger/sentence 1/s1_an_1.avi``; the audio must be
extracted next to them, as ``s1_an_1.wav``, or into one flat folder. Subject 3 is
written ``s_3_su_2`` at times. The files of subject 11 are named as if they were
subject 12's, so the subject is read from the folder if there is one; in a flat copy
one of the two has overwritten the other. Subject 6 is not split into sentences
(``s6_an.avi`` has 107 seconds) and is skipped.

O. Martin, I. Kotsia, B. Macq and I. Pitas: The eNTERFACE'05 Audio-Visual Emotion
Database. ICDE Workshops 2006. The paper reports 42 subjects and 1,166 videos;
the published corpus has 44 and 1,293.
"""

import re

from speechbrain_clser.data.corpus import Card, recordings_of_videos
from speechbrain_clser.data.utterance import Utterance

CARD = Card(
    name="enterface",
    title="eNTERFACE'05",
    languages=("eng",),
    n_utterances=1287,
    n_speakers=43,
    hours=1.1,
    elicitation="acted",
    licence="research only",
    citation="Martin et al., The eNTERFACE'05 Audio-Visual Emotion Database, "
    "ICDE Workshops 2006",
    address="https://enterface.net/enterface05 (project 2, emotion database)",
    folders=("eNTERFACE", "eNTERFACE05", "enterface database"),
    example="subject 1/anger/sentence 1/s1_an_1.wav",
)

EMOTIONS = {
    "an": "anger",
    "di": "disgust",
    "fe": "fear",
    "ha": "happiness",
    "sa": "sadness",
    "su": "surprise",
}

NAME = re.compile(r"s_?(\d+)_(an|di|fe|ha|sa|su)_([1-5])")
SUBJECT = re.compile(r"subject[ _-]?(\d+)")


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    for wav in recordings_of_videos(CARD.name, root):
        match = NAME.fullmatch(wav.stem.lower())
        if match is None:
            continue
        number, emotion, sentence = match.groups()
        for folder in wav.parts[-4:-1]:
            if subject := SUBJECT.fullmatch(folder.lower()):
                number = subject[1]
        yield Utterance(
            id=f"s{number}_{emotion}_{sentence}",
            wav=str(wav),
            raw_emotion=emotion,
            speaker=number,
            language="eng",
            sentence=f"{emotion}_{sentence}",
        )
