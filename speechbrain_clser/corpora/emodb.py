"""EMO-DB, the Berlin Database of Emotional Speech: German, acted.

Ten actors, five of them women, speak ten everyday sentences in seven emotions.
The published 535 of about 800 recordings were recognised by at least 80 % of 20
listeners and rated natural by at least 60 %, so not every speaker has every
combination. The scores are in ``erkennung.txt``, which is not used.

A name such as ``03a01Fa.wav`` is speaker 03, sentence a01, emotion F and
version a. The letter of the emotion is the first one of its German word (in
``EMOTIONS``), so E is not "excited" and A is not "anger".

F. Burkhardt, A. Paeschke, M. Rolfes, W. Sendlmeier and B. Weiss: A Database of
German Emotional Speech. Interspeech 2005.
"""

import re

from speechbrain_clser.data.corpus import Card, recordings
from speechbrain_clser.data.utterance import Utterance

CARD = Card(
    name="emodb",
    title="EMO-DB (Berlin Database of Emotional Speech)",
    languages=("deu",),
    n_utterances=535,
    n_speakers=10,
    hours=0.4,
    elicitation="acted",
    licence="free for research",
    citation="Burkhardt et al., A Database of German Emotional Speech, "
    "Interspeech 2005",
    address="http://emodb.bilderbar.info",
    folders=("EMO-DB", "EmoDB", "Berlin"),
    example="03a01Fa.wav",
)

EMOTIONS = {
    "W": "anger",  # Wut
    "L": "boredom",  # Langeweile
    "E": "disgust",  # Ekel
    "A": "fear",  # Angst
    "F": "happiness",  # Freude
    "N": "neutral",
    "T": "sadness",  # Trauer
}

# Sentence name to text, as published.
SENTENCES = {
    "a01": "Der Lappen liegt auf dem Eisschrank.",
    "a02": "Das will sie am Mittwoch abgeben.",  # codespell:ignore sie
    "a04": "Heute abend könnte ich es ihm sagen.",
    "a05": "Das schwarze Stück Papier befindet sich da oben neben dem "
    "Holzstück.",
    "a07": "In sieben Stunden wird es soweit sein.",
    "b01": "Was sind denn das für Tüten, die da unter dem Tisch stehen?",  # codespell:ignore unter
    "b02": "Sie haben es gerade hochgetragen und jetzt gehen sie wieder "  # codespell:ignore sie
    "runter.",
    "b03": "An den Wochenenden bin ich jetzt immer nach Hause gefahren und "
    "habe Agnes besucht.",
    "b09": "Ich will das eben wegbringen und dann mit Karl was trinken gehen.",
    "b10": "Die wird auf dem Platz sein, wo wir sie immer hinlegen.",  # codespell:ignore sie
}

FEMALE = frozenset({"08", "09", "13", "14", "16"})
NAME = re.compile(r"(\d\d)([a-z]\d\d)([a-z])([a-z])", re.IGNORECASE)


def utterances(root):
    """Yield the utterances in file-name order, labelled by file name."""
    for wav in recordings(root):
        match = NAME.fullmatch(wav.stem)
        if match is None:
            continue
        speaker, sentence, emotion, version = match.groups()
        sentence, emotion = sentence.lower(), emotion.upper()
        yield Utterance(
            id=f"{speaker}{sentence}{emotion}{version.lower()}",
            wav=str(wav),
            raw_emotion=emotion,
            speaker=speaker,
            language="deu",
            gender="female" if speaker in FEMALE else "male",
            sentence=sentence,
        )
