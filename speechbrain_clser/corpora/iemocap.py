"""IEMOCAP: English (North American), acted in dialogue.

Ten actors, a woman and a man in each of five sessions, play scripted scenes and
improvise others: 10,039 turns in 151 dialogues. Three people labelled each turn;
the label is the majority vote, or ``xxx`` without a majority. Excitement is a separate
emotion; the usual four classes (5,531 turns) merge it into happiness, which a protocol
can configure.

Published as ``Session1/sentences/wav/Ses01F_impro01/Ses01F_impro01_F000.wav`` with
labels in ``Session1/dialog/EmoEvaluation/Ses01F_impro01.txt`` and words in
``Session1/dialog/transcriptions``. The F of ``Ses01F`` is the actor with motion-capture
markers; the speaker is the letter of ``F000``. Label files of single raters have
another line format. The line has the means of the raters' valence, activation and
dominance, ``[2.5000, 2.5000, 2.5000]``, on scales of 1-5, which are mapped to 0-1; a
few are outside of them. The lines ``C-E1:`` and so on below it are the emotions that
each rater named, one or more, which are votes; those of the actors, ``C-F1:``, are not.
The scripts are the same in all five sessions, so the sessions share sentences but
neither speakers nor dialogues.

C. Busso, M. Bulut, C.-C. Lee, A. Kazemzadeh, E. Mower, S. Kim, J. N. Chang, S. Lee
and S. S. Narayanan: IEMOCAP: Interactive Emotional Dyadic Motion Capture Database.
Language Resources and Evaluation 42, 2008.
"""

import collections
import re
from pathlib import Path

from speechbrain_clser.data.corpus import Card, recordings
from speechbrain_clser.data.utterance import Utterance
from speechbrain_clser.labels import parse_votes
from speechbrain_clser.tasks import to_unit

CARD = Card(
    name="iemocap",
    title="IEMOCAP (Interactive Emotional Dyadic Motion Capture)",
    languages=("eng",),
    n_utterances=10039,
    n_speakers=10,
    hours=12,
    elicitation="acted",
    licence="research only, after signing a licence",
    citation="Busso et al., IEMOCAP: Interactive Emotional Dyadic Motion "
    "Capture Database, Language Resources and Evaluation 42, 2008",
    address="https://sail.usc.edu/iemocap/iemocap_release.htm",
    folders=("IEMOCAP", "IEMOCAP_full_release"),
    example="Ses01F_impro01_F000.wav with Ses01F_impro01.txt",
)

EMOTIONS = {
    "ang": "anger",
    "dis": "disgust",
    "exc": "excitement",
    "fea": "fear",
    "fru": "frustration",
    "hap": "happiness",
    "neu": "neutral",
    "oth": "other",
    "sad": "sadness",
    "sur": "surprise",
    "xxx": "other",  # no majority of the three raters
}

TURN = r"(Ses0([1-5])[FM]_\w+)_([FM])\d+"
LABEL = re.compile(rf"\[[\d. -]+\]\t({TURN})\t([a-z]{{3}})\t(.*)")
RATINGS = re.compile(r"\[([\d.]+), ([\d.]+), ([\d.]+)\].*")
SCALE = 1, 5
VOTES = re.compile(r"C-E\d+:\s*([^(]*)")
WORDS = re.compile(rf"({TURN}) \[[\d. -]+\]: *(.*)")


def utterances(root):
    """Yield the utterances in the order of the turn names."""
    root = Path(root)
    labels, words, votes = {}, {}, collections.defaultdict(str)
    turn = None
    for table in sorted(root.rglob("Ses*.txt")):
        for line in table.read_text(encoding="latin-1").splitlines():
            if match := LABEL.fullmatch(line):
                turn = match[1]
                labels[turn] = match
            elif match := WORDS.fullmatch(line):
                words[match[1]] = match[5].strip()
            elif match := VOTES.match(line):
                votes[turn] += f"{match[1]};"
    wavs = {wav.stem: wav for wav in recordings(root)} if labels else {}
    for turn, match in sorted(labels.items()):
        _, dialogue, session, sex, emotion, ratings = match.groups()
        found = RATINGS.fullmatch(ratings)
        valence, arousal, dominance = (
            [to_unit(value, *SCALE) for value in found.groups()]
            if found
            else [None] * 3
        )
        usual = f"Session{session}/sentences/wav/{dialogue}/{turn}.wav"
        yield Utterance(
            id=turn,
            wav=str(wavs.get(turn, root / usual)),
            raw_emotion=emotion,
            speaker=f"Ses0{session}{sex}",
            language="eng",
            gender="female" if sex == "F" else "male",
            sentence=words.get(turn, ""),
            session=session,
            arousal=arousal,
            valence=valence,
            dominance=dominance,
            votes=parse_votes(votes[turn]),
        )
