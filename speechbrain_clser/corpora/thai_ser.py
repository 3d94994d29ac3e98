"""Thai Speech Emotion Dataset (THAI SER): Thai, acted.

200 actors, 112 of them women, play scripts and improvise in pairs, in 80 studio and 20
online sessions: 27,854 utterances in anger, happiness, sadness, frustration and neutral,
labelled by the majority of listeners. Utterances without a majority, and those with
another label, are mapped to other.

``emotion_label.json`` maps names such as ``s001_con_actor001_impro1_1.flac`` (session,
microphone, actor, scene and number) to ``majority_emo`` and the votes, which are not used;
``actor_demography.json`` has the sex of the actors. Recordings of other microphones are no
utterances. Utterances are listed from the table; absent recordings are reported as
missing. The layout is that of published readers.

AI Research Institute of Thailand: Thai Speech Emotion Dataset, 2021.
"""

import json
import re
from pathlib import Path

from speechbrain_clser.data.corpus import Card, recordings
from speechbrain_clser.data.utterance import Utterance

CARD = Card(
    name="thai_ser",
    title="Thai Speech Emotion Dataset (THAI SER)",
    languages=("tha",),
    n_utterances=27854,
    n_speakers=200,
    hours=41.6,
    elicitation="acted",
    licence="CC BY-SA 4.0",
    citation="AI Research Institute of Thailand, Thai Speech Emotion Dataset, 2021",
    address="https://github.com/vistec-AI/dataset-releases/releases/tag/v1",
    folders=("THAISER", "THAI-SER", "Thai Speech Emotion Dataset"),
    example="emotion_label.json with s001_con_actor001_impro1_1.flac",
)

EMOTIONS = {
    "angry": "anger",
    "frustrated": "frustration",
    "happy": "happiness",
    "neutral": "neutral",
    "none": "other",
    "other": "other",
    "sad": "sadness",
}

NAME = re.compile(r"([sz]\d+)_[a-z]+_actor(\d+)_.+")


def utterances(root):
    """Yield the utterances in the order of their names."""
    root = Path(root)
    if not (root / "emotion_label.json").is_file():
        return
    labels = json.loads((root / "emotion_label.json").read_text("utf-8"))
    genders = _genders(root / "actor_demography.json")
    wavs = {wav.stem: wav for wav in recordings(root)}
    for file, found in sorted(labels.items()):
        name = Path(file).stem
        session, actor = NAME.fullmatch(name).groups()
        yield Utterance(
            id=name,
            wav=str(wavs.get(name, root / file)),
            raw_emotion=str(found[0]["majority_emo"]).strip().lower(),
            speaker=actor,
            language="tha",
            gender=genders.get(actor, ""),
            session=session,
        )


def _genders(path):
    """Read the sex of each actor."""
    if not path.is_file():
        return {}
    actors = json.loads(path.read_text("utf-8"))["data"]
    return {one["Actor's ID"]: one["Sex"].lower() for one in actors}
