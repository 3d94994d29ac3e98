"""EMNS, Emotive Narrative Storytelling: English (British), acted.

One woman reads 1,181 sentences in six emotions, sarcasm and neutral, each with a
different text. A single speaker cannot be split by speaker: use EMNS as a source besides others.
Sarcasm is mapped to other, excited to excitement.

``metadata.csv``, separated by vertical bars, lists emotion, text and speaker of the
recordings. Published as WebM, which must be converted, beside it:
``recorded_audio_aDNcd43.wav``. Utterances are listed from the table; absent recordings are
reported as missing. 24 rows marked "Needs Updating" have no recording and are skipped.

K. A. Noriy, X. Yang and J. J. Zhang: EMNS /Imz/ Corpus: An emotive single-speaker dataset
for narrative storytelling in games, television and graphic novels. arXiv:2305.13137, 2023.
"""

import csv
from pathlib import Path

from speechbrain_clser.data.corpus import Card, recordings
from speechbrain_clser.data.utterance import Utterance

CARD = Card(
    name="emns",
    title="EMNS (Emotive Narrative Storytelling)",
    languages=("eng",),
    n_utterances=1181,
    n_speakers=1,
    hours=1.9,
    elicitation="acted",
    licence="Apache-2.0",
    citation="Noriy et al., EMNS /Imz/ Corpus: An emotive single-speaker dataset "
    "for narrative storytelling, arXiv:2305.13137, 2023",
    address="https://www.openslr.org/136",
    folders=("EMNS",),
    example="metadata.csv with recorded_audio_aDNcd43.wav",
)

EMOTIONS = {
    "Angry": "anger",
    "Disgust": "disgust",
    "Excited": "excitement",
    "Happy": "happiness",
    "Neutral": "neutral",
    "Sad": "sadness",
    "Sarcastic": "other",
    "Surprised": "surprise",
}


def utterances(root):
    """Yield the utterances in the order of the table."""
    tables = sorted(Path(root).rglob("metadata.csv"))[:1]
    wavs = {wav.stem: wav for wav in recordings(root)} if tables else {}
    for table in tables:
        with table.open(newline="", encoding="utf-8-sig") as file:
            for row in csv.DictReader(file, delimiter="|"):
                if "Needs Updating" in row.values():
                    continue
                name = Path(row["audio_recording"]).stem
                usual = table.parent / "wavs" / f"{name}.wav"
                yield Utterance(
                    id=name,
                    wav=str(wavs.get(name, usual)),
                    raw_emotion=row["emotion"].strip(),
                    speaker=row.get("user_id") or "3",
                    language="eng",
                    gender=row["gender"].strip().lower(),
                    sentence=" ".join(row["utterance"].split()),
                )
