"""M3ED, Multi-modal Multi-scene Multi-label Emotional Dialogue: Mandarin, from television.

24,449 utterances of 990 dialogues of 56 series in six emotions and neutral, by the
majority of three listeners. The speech is acted, but not for the purpose of emotion
research.

``annotation.json`` lists the dialogues of each series; the recording of an utterance is
``modality_speech/A_<utterance>.wav``, A being the speaker within the dialogue.
``splitInfo/movie_list_train.txt`` (``val``, ``test``) are the official parts, which do
not share a series. The session is part and series, ``train/<series>``; a speaker is series
and name. The layout is that of published readers, as the recordings are given on request.

J. Zhao, T. Zhang, J. Hu, Y. Liu, Q. Jin, X. Wang and H. Li: M3ED: Multi-modal Multi-scene
Multi-label Emotional Dialogue Database. ACL 2022.
"""

import json
from pathlib import Path

from speechbrain_clser.data.corpus import Card, recordings
from speechbrain_clser.data.utterance import Utterance

CARD = Card(
    name="m3ed",
    title="M3ED (Multi-modal Multi-scene Multi-label Emotional Dialogue)",
    languages=("cmn",),
    n_utterances=24449,
    n_speakers=634,
    hours=9.8,
    elicitation="natural",
    licence="research only, on request",
    citation="Zhao et al., M3ED: Multi-modal Multi-scene Multi-label Emotional "
    "Dialogue Database, ACL 2022",
    address="https://github.com/AIM3-RUC/RUCM3ED",
    folders=("M3ED", "RUCM3ED"),
    example="annotation.json with modality_speech/A_<utterance>.wav",
)

EMOTIONS = {
    "Anger": "anger",
    "Disgust": "disgust",
    "Fear": "fear",
    "Happy": "happiness",
    "Neutral": "neutral",
    "Sad": "sadness",
    "Surprise": "surprise",
}

PARTS = {"train": "train", "val": "dev", "test": "test"}


def utterances(root):
    """Yield the utterances in the order of the annotation."""
    root = Path(root)
    tables = sorted(root.rglob("annotation.json"))[:1]
    if not tables:
        return
    parts, wavs = _parts(root), {wav.stem: wav for wav in recordings(root)}
    for series, dialogues in json.loads(tables[0].read_text("utf-8")).items():
        session = f"{parts[series]}/{series}" if series in parts else series
        for dialogue in dialogues.values():
            for name, turn in dialogue["Dialog"].items():
                speaker = dialogue["SpeakerInfo"][turn["Speaker"]]
                stem = f"{turn['Speaker']}_{name}"
                usual = root / "modality_speech" / f"{stem}.wav"
                yield Utterance(
                    id=name,
                    wav=str(wavs.get(stem, usual)),
                    raw_emotion=turn["EmoAnnotation"]["final_main_emo"],
                    speaker=f"{series}_{speaker['Name']}",
                    language="cmn",
                    gender=speaker.get("Gender", "").lower(),
                    sentence=turn.get("Text", ""),
                    session=session,
                )


def _parts(root):
    """Map each series to its official part."""
    return {
        series: PARTS[part]
        for part in PARTS
        for path in root.rglob(f"movie_list_{part}.txt")
        for series in path.read_text("utf-8").split()
    }
