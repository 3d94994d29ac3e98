"""ESD, the Emotional Speech Dataset: Mandarin and English, acted.

Ten speakers of each language read 350 sentences of their own language in five
emotions: 20 x 350 x 5 recordings, all in one studio, so that the recording
conditions of both languages are the same.

A name such as ``0001_000351.wav`` is the speaker (0001 to 0010 speak Mandarin,
0011 to 0020 English) and a number: 1 to 350 are neutral, the next 350 angry,
then happy, sad and surprised, with the same sentences in the same order. The
files lie in ``0001/Angry``, in an older copy one deeper in ``train``,
``evaluation`` and ``test`` (300, 20 and 30 an emotion), which are not used: every
speaker is in all three.

The transcripts, ``0001/0001.txt``, come in UTF-8, UTF-16 and GB 18030, with and
without byte order mark, with columns separated by tabs, spaces or full-width
spaces. They differ from speaker to speaker in punctuation and small slips, so
the most frequent wording is used for all speakers; without transcripts, the number is
the name of the sentence.

K. Zhou, B. Sisman, R. Liu and H. Li: Emotional Voice Conversion: Theory, Databases
and ESD. Speech Communication 137, 2022.
"""

import codecs
import collections
import re
from pathlib import Path

from speechbrain_clser.data.corpus import Card, recordings
from speechbrain_clser.data.utterance import Utterance

CARD = Card(
    name="esd",
    title="ESD (Emotional Speech Dataset)",
    languages=("cmn", "eng"),
    n_utterances=35000,
    n_speakers=20,
    hours=29.1,
    elicitation="acted",
    licence="research only",
    citation="Zhou et al., Emotional Voice Conversion: Theory, Databases and "
    "ESD, Speech Communication 137, 2022",
    address="https://hltsingapore.github.io/ESD",
    folders=(
        "ESD",
        "Emotional Speech Dataset (ESD)",
        "Emotion Speech Dataset",
    ),
    example="0001/Angry/0001_000351.wav",
)

EMOTIONS = {
    "Neutral": "neutral",
    "Angry": "anger",
    "Happy": "happiness",
    "Sad": "sadness",
    "Surprise": "surprise",
}

FEMALE = frozenset({1, 2, 3, 7, 9, 15, 16, 17, 18, 19})
N_SENTENCES = 350
NAME = re.compile(r"(\d{4})_(\d{6})")
LINE = re.compile(r"\s*(\d{4}_\d{6})\s+(\S.*?)\s+\S+\s*")


def utterances(root):
    """Yield the utterances in file-name order, labelled by file and folder name."""
    sentences = _sentences(Path(root))
    for wav in recordings(root):
        match = NAME.fullmatch(wav.stem)
        if match is None or not 1 <= int(match[1]) <= 20:
            continue
        language, number = _place(wav.stem)
        yield Utterance(
            id=wav.stem,
            wav=str(wav),
            raw_emotion=_emotion(wav),
            speaker=match[1],
            language=language,
            gender="female" if int(match[1]) in FEMALE else "male",
            sentence=sentences.get((language, number), f"{number:03}"),
        )


def _place(name):
    """Return language and sentence number of a file name."""
    speaker, number = map(int, name.split("_"))
    language = "cmn" if speaker <= 10 else "eng"
    return language, (number - 1) % N_SENTENCES + 1


def _emotion(wav):
    """Return the emotion of the folder, or of the number in flat layouts."""
    folders = {part.capitalize() for part in wav.parts[-3:-1]}
    for emotion in EMOTIONS:
        if emotion in folders:
            return emotion
    block = (int(wav.stem[5:]) - 1) // N_SENTENCES
    return [*EMOTIONS, "out of range"][min(block, len(EMOTIONS))]


def _sentences(root):
    """Return the most frequent wording of each sentence over all transcripts."""
    wordings = collections.defaultdict(collections.Counter)
    for path in sorted(root.rglob("[0-9][0-9][0-9][0-9].txt")):
        for line in _text(path.read_bytes()).splitlines():
            if match := LINE.fullmatch(line):
                wordings[_place(match[1])][match[2]] += 1
    return {
        place: counts.most_common(1)[0][0] for place, counts in wordings.items()
    }


def _text(raw):
    """Decode a transcript of any known encoding."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16")
    if b"\0" in raw[:64]:
        return raw.decode("utf-16-le")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Some files have invalid characters, which the majority vote corrects.
        return raw.decode("gb18030", errors="replace")
