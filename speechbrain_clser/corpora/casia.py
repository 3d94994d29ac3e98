"""CASIA, the public part of the Chinese Emotional Speech Corpus: Mandarin, acted.

Four professional speakers, two of them women, speak the same 50 sentences
(numbers 201 to 250) in six emotions: 4 x 50 x 6 of the 9,600 recordings of the
whole corpus, at 16 kHz.

Published as ``liuchanhg/angry/201.wav``; copies that lie flat are usually named
``201-angry-liuchanhg.wav``. The number is the sentence, the same in every
emotion. The corpus does not document the speakers' sex; the values are those
generally reported for the four names.

Institute of Automation, Chinese Academy of Sciences: CASIA Chinese Emotional
Speech Corpus, Chinese Linguistic Data Consortium, 2005; described in J. Tao, F.
Liu, M. Zhang and H. Jia: Design of Speech Corpus for Mandarin Text to Speech.
Blizzard Challenge Workshop 2008.
"""

import re

from speechbrain_clser.data.corpus import Card, recordings
from speechbrain_clser.data.utterance import Utterance

CARD = Card(
    name="casia",
    title="CASIA Chinese Emotional Speech Corpus (public part)",
    languages=("cmn",),
    n_utterances=1200,
    n_speakers=4,
    hours=0.6,
    elicitation="acted",
    licence="licensed by the Chinese Academy of Sciences",
    citation="Tao et al., Design of Speech Corpus for Mandarin Text to Speech, "
    "Blizzard Challenge Workshop 2008",
    address="http://shachi.org/resources/27",
    folders=("CASIA",),
    example="liuchanhg/angry/201.wav or 201-angry-liuchanhg.wav",
)

EMOTIONS = {
    "angry": "anger",
    "fear": "fear",
    "happy": "happiness",
    "neutral": "neutral",
    "sad": "sadness",
    "surprise": "surprise",
}

GENDERS = {
    "liuchanhg": "female",
    "wangzhe": "male",
    "zhaoquanyin": "female",
    "zhaozuoxiang": "male",
}
NESTED = re.compile(r"(?P<speaker>[a-z]+)/(?P<emotion>[a-z]+)/(?P<number>\d+)")
FLAT = re.compile(r"(?P<number>\d+)-(?P<emotion>[a-z]+)-(?P<speaker>[a-z]+)")


def utterances(root):
    """Yield the utterances in file-name order, labelled by file and folder name."""
    for wav in recordings(root):
        path = "/".join([*wav.parts[-3:-1], wav.stem]).lower()
        match = NESTED.fullmatch(path) or FLAT.fullmatch(wav.stem.lower())
        if match is None or match["speaker"] not in GENDERS:
            continue
        yield Utterance(
            id=f"{match['speaker']}_{match['emotion']}_{match['number']}",
            wav=str(wav),
            raw_emotion=match["emotion"],
            speaker=match["speaker"],
            language="cmn",
            gender=GENDERS[match["speaker"]],
            sentence=match["number"],
        )
