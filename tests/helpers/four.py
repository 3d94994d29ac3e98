"""Define a corpus of four recordings by two speakers."""

import numpy as np
from helpers import sounds

from speechbrain_clser.data.corpus import Card, Corpus, recordings
from speechbrain_clser.data.utterance import Utterance

CARD = Card(
    name="toy",
    title="Toy",
    languages=("eng",),
    n_utterances=4,
    n_speakers=2,
    elicitation="acted",
    licence="free",
    citation="none",
    address="https://example.org/toy",
    folders=("toy",),
    example="ann_hi_1.wav",
)
NAMES = ("ann_hi_1", "ann_lo_2", "bob_hi_3", "bob_lo_4")


def utterances(root):
    """Yield files named speaker, label and sentence."""
    for wav in recordings(root):
        parts = wav.stem.split("_")
        if len(parts) == 3:
            speaker, label, sentence = parts
            yield Utterance(
                wav.stem,
                str(wav),
                label,
                speaker,
                "eng",
                sentence=sentence,
            )


FOUR = Corpus(CARD, {"hi": "happiness", "lo": "sadness"}, utterances)


def make(root):
    """Write the four recordings; return their folder."""
    for name in NAMES:
        sounds.write(root / f"{name}.wav")
    return root


def silence(path):
    """Overwrite a recording with silence."""
    return sounds.write(path, np.zeros(800))
