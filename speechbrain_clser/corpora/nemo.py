"""nEMO: Polish, acted.

Nine actors, four of them women, speak the same 90 sentences in five emotions and
neutral; 4,481 recordings at 24 kHz passed the author's check, so not every speaker has
every combination: one man has 17 to 49 of each emotion, one woman no surprise.

``data.tsv`` lists emotion, text, speaker and gender of the recordings, such as
``samples/EB0_anger_1.wav``: speaker EB0, anger, sentence 1. Utterances are listed
from the table; absent recordings are reported as missing.

I. Christop: nEMO: Dataset of Emotional Speech in Polish. LREC-COLING 2024.
"""

from pathlib import Path

from speechbrain_clser.corpora._table import read_table
from speechbrain_clser.data.corpus import Card, recordings
from speechbrain_clser.data.utterance import Utterance

CARD = Card(
    name="nemo",
    title="nEMO",
    languages=("pol",),
    n_utterances=4481,
    n_speakers=9,
    hours=3.1,
    elicitation="acted",
    licence="CC BY-NC-SA 4.0",
    citation="Christop, nEMO: Dataset of Emotional Speech in Polish, "
    "LREC-COLING 2024",
    address="https://github.com/amu-cai/nEMO",
    folders=("nEMO",),
    example="data.tsv with samples/EB0_anger_1.wav",
)

EMOTIONS = {
    "anger": "anger",
    "fear": "fear",
    "happiness": "happiness",
    "neutral": "neutral",
    "sadness": "sadness",
    "surprised": "surprise",
}

COLUMNS = ("file_id", "emotion", "raw_text", "speaker_id", "gender")


def utterances(root):
    """Yield the utterances in the order of the table."""
    table = Path(root, "data.tsv")
    if not table.is_file():
        return
    wavs = {wav.stem: wav for wav in recordings(root)}
    for _, row in read_table(table, COLUMNS, (), {}):
        name = Path(row["file_id"]).stem
        yield Utterance(
            id=name,
            wav=str(wavs.get(name, table.parent / "samples" / row["file_id"])),
            raw_emotion=row["emotion"],
            speaker=row["speaker_id"],
            language="pol",
            gender=row["gender"],
            sentence=row["raw_text"],
        )
