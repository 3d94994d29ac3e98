"""MSP-IMPROV: English (North American), acted in dialogue.

Twelve students of theatre, six of them women, improvise scenes in six sessions of two:
8,438 turns in anger, happiness, sadness and neutral, by the majority of listeners.
Turns with another label or without a majority are mapped to other.

``Evalution.txt`` (spelt so) lists the turns, ``UTD-IMPROV-S01A-F01-S-FM01.avi; N; …``; the
recordings are ``session1/S01A/S/MSP-IMPROV-S01A-F01-S-FM01.wav``: sentence and intended
emotion, actor of the target sentence with the session, scenario, then speaker and listener
(female or male) and turn. The speaker is taken from these two letters, as the dialogue of
an actor has the turns of both; it is not stated in the public documentation. The session is
the number, so that sessions share no speaker.

C. Busso, S. Parthasarathy, A. Burmania, M. AbdelWahab, N. Sadoughi and E. Mower Provost:
MSP-IMPROV: An Acted Corpus of Dyadic Interactions to Study Emotion Perception. IEEE
Transactions on Affective Computing 8(1), 2017.
"""

import re
from pathlib import Path

from speechbrain_clser.data.corpus import Card, recordings
from speechbrain_clser.data.utterance import Utterance

CARD = Card(
    name="msp_improv",
    title="MSP-IMPROV",
    languages=("eng",),
    n_utterances=8438,
    n_speakers=12,
    hours=9,
    elicitation="acted",
    licence="research only, after signing a licence",
    citation="Busso et al., MSP-IMPROV: An Acted Corpus of Dyadic Interactions to "
    "Study Emotion Perception, IEEE Transactions on Affective Computing 8(1), 2017",
    address="https://www.lab-msp.com/MSP/MSP-Improv.html",
    folders=("MSP-IMPROV", "MSP_IMPROV"),
    example="Evalution.txt with MSP-IMPROV-S01A-F01-S-FM01.wav",
)

EMOTIONS = {
    "A": "anger",
    "H": "happiness",
    "N": "neutral",
    "O": "other",
    "S": "sadness",
    "X": "other",  # no majority
}

LINE = re.compile(
    r"UTD-(?P<name>IMPROV-S(?P<sentence>\d\d[A-Z])-[FM]0?(?P<session>\d)-"
    r"(?P<scene>[A-Z])-(?P<sex>[FM])[FM]\d+)\.avi\s*;\s*(?P<emotion>[A-Z])\s*;.*"
)


def utterances(root):
    """Yield the utterances in the order of the table."""
    root = Path(root)
    tables = sorted(root.rglob("Eval*tion.txt"))[:1]
    wavs = {wav.stem: wav for wav in recordings(root)} if tables else {}
    for table in tables:
        for line in table.read_text(encoding="latin-1").splitlines():
            match = LINE.fullmatch(line)
            if match is None:
                continue
            name = f"MSP-{match['name']}"
            usual = f"session{match['session']}/S{match['sentence']}/{match['scene']}"
            yield Utterance(
                id=name,
                wav=str(wavs.get(name, table.parent / usual / f"{name}.wav")),
                raw_emotion=match["emotion"],
                speaker=f"{match['sex']}0{match['session']}",
                language="eng",
                gender="female" if match["sex"] == "F" else "male",
                # Only target sentences (S) and read ones (R) have a known text.
                sentence=match["sentence"][:2] * (match["scene"] in "RS"),
                session=match["session"],
            )
