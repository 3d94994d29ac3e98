"""MELD, the Multimodal EmotionLines Dataset: English, natural, from television.

13,708 utterances of 1,432 dialogues of the series Friends, in seven emotions.
The speech is acted, but not for the purpose of emotion research, and often has
laughter in the background. Six actors speak most utterances; the other 298 names have
few each, and a name such as "Woman" or "All" may denote several people.

Published as videos, ``train_splits/dia0_utt0.mp4``, with a table for each
official part: ``train_sent_emo.csv``, ``dev_…`` and ``test_…``. Utterances are
listed from the tables; absent recordings are reported as missing. Extract the audio as
``dia0_utt0.wav`` next to the video, or anywhere in a folder whose name contains the
split; flat copies are ``train_dia0_utt0.wav``. Two published recordings are unusable:
``dia110_utt7`` of dev is missing and ``dia125_utt3`` of train is broken, so
``--allow_bad_files True`` is needed. Videos that no table lists
(``final_videos_test…``) are not part of the corpus.

The session is the official split and the dialogue, ``train/dia0``: dialogues belong to
one split, but the six actors speak in all splits.

S. Poria, D. Hazarika, N. Majumder, G. Naik, E. Cambria and R. Mihalcea: MELD: A
Multimodal Multi-Party Dataset for Emotion Recognition in Conversations. ACL 2019.
"""

import csv
import re
from pathlib import Path

from speechbrain_clser.data.corpus import Card, recordings_of_videos
from speechbrain_clser.data.utterance import Utterance

CARD = Card(
    name="meld",
    title="MELD (Multimodal EmotionLines Dataset)",
    languages=("eng",),
    n_utterances=13708,
    n_speakers=304,
    hours=12.1,
    elicitation="natural",
    licence="GPL-3.0 for the tables; the recordings are of a television series",
    citation="Poria et al., MELD: A Multimodal Multi-Party Dataset for Emotion "
    "Recognition in Conversations, ACL 2019",
    address="https://affective-meld.github.io (MELD.Raw.tar.gz)",
    folders=("MELD", "MELD.Raw"),
    example="train_sent_emo.csv with train_splits/dia0_utt0.wav",
)

EMOTIONS = {
    "anger": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "joy": "happiness",
    "neutral": "neutral",
    "sadness": "sadness",
    "surprise": "surprise",
}

GENDERS = {
    "Chandler": "male",
    "Joey": "male",
    "Monica": "female",
    "Phoebe": "female",
    "Rachel": "female",
    "Ross": "male",
}
FOLDERS = {
    "train": "train_splits",
    "dev": "dev_splits_complete",
    "test": "output_repeated_splits_test",
}
NAME = re.compile(r"(?:(train|dev|test)_)?(dia\d+_utt\d+)")


def utterances(root):
    """Yield the utterances in the order of the three tables."""
    root = Path(root)
    tables = {
        part: path
        for part in FOLDERS
        for path in sorted(root.rglob(f"{part}_sent_emo.csv"))[:1]
    }
    wavs = _by_part_and_name(root) if tables else {}
    for part, table in tables.items():
        with table.open(newline="", encoding="utf-8-sig") as file:
            for row in csv.DictReader(file):
                yield _utterance(root, part, row, wavs)


def _by_part_and_name(root):
    """Map official split and name to recordings."""
    wavs = {}
    for wav in recordings_of_videos(CARD.name, root):
        if match := NAME.fullmatch(wav.stem):
            wavs[match[1] or _part_of(wav.relative_to(root)), match[2]] = wav
    return wavs


def _part_of(path):
    """Return the official split in the nearest folder name, if any."""
    for folder in path.parents:
        for part in FOLDERS:
            if part in folder.name.lower():
                return part
    return None


def _utterance(root, part, row, wavs):
    """Convert a row of a table to an utterance."""
    dialogue = f"dia{row['Dialogue_ID']}"
    name = f"{dialogue}_utt{row['Utterance_ID']}"
    speaker = row["Speaker"].strip()
    return Utterance(
        id=f"{part}_{name}",
        wav=str(wavs.get((part, name), root / FOLDERS[part] / f"{name}.wav")),
        raw_emotion=row["Emotion"].strip().lower(),
        speaker=speaker,
        language="eng",
        gender=GENDERS.get(speaker, ""),
        sentence=" ".join(row["Utterance"].split()),
        session=f"{part}/{dialogue}",
    )
