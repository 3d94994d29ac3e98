"""EmotionTTS, emotional speech of the EmotionTTS open database: Korean, acted.

Fifteen speakers, seven of them women, read 100 sentences each in neutral, joy, anger and
sadness, for speech synthesis, at 22.05 kHz. 300 of the 6,000 recordings are public; the
card counts these. The others are given on request; with them, ``--allow_bad_files True``
accepts the counts.

A name such as ``emotional-to-emotional/nea/wav/nea00101.wav`` is speaker and number: 1 to
100 is neutral, 101 to 200 joy, 201 to 300 anger, 301 to 400 sadness. Five speakers read
neutral texts (``plain-to-emotional``), ten read texts of the emotion, which indicate it.
The sentence is the text of ``script/nea00101.txt``.

KAIST and Selvas AI: EmotionTTS open database, 2020.
"""

from pathlib import Path

from speechbrain_clser.corpora._names import by_name
from speechbrain_clser.data.corpus import Card

CARD = Card(
    name="emotiontts_ko",
    title="EmotionTTS (open database, emotional speech, public part)",
    languages=("kor",),
    n_utterances=300,
    n_speakers=15,
    elicitation="acted",
    licence="research only",
    citation="KAIST and Selvas AI, EmotionTTS open database, 2020",
    address="https://github.com/emotiontts/emotiontts_open_db",
    folders=("EmotionTTS", "EmotionTTS-KO", "emotiontts_open_db"),
    example="nea/wav/nea00101.wav",
)

EMOTIONS = {
    "neutral": "neutral",
    "joy": "happiness",
    "anger": "anger",
    "sadness": "sadness",
}

FEMALE = frozenset({"ema", "emb", "nea", "neb", "nec", "ned", "nee"})
NAME = r"(?P<speaker>em[a-h]|ne[a-o])00(?!000)(?P<number>[0-3]\d\d|400)"


def utterances(root):
    """Yield the utterances in file-name order, labelled by number."""
    yield from by_name(
        *(root, NAME, "kor", FEMALE),
        raw_emotion=lambda match: [*EMOTIONS][
            (int(match["number"]) - 1) // 100
        ],
        sentence=_text,
    )


def _text(match):
    """Read the text beside the folder of a recording."""
    path = Path(match.string)
    script = path.parents[1] / "script" / f"{path.name}.txt"
    if path.parent.name != "wav" or not script.is_file():
        return ""
    return " ".join(script.read_text(encoding="utf-8-sig").split())
