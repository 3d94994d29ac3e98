"""Generate rows of fictitious corpora for tests without audio."""

import dataclasses
import itertools

from speechbrain_clser.data.utterance import Utterance

EMOTIONS = ("anger", "happiness", "neutral", "sadness")


def rows_of(corpus, language, n_speakers=4, n_each=2, emotions=EMOTIONS):
    """Generate utterances of every speaker in every emotion."""
    rows = []
    for speaker, emotion, take in itertools.product(
        range(n_speakers), emotions, range(n_each)
    ):
        name = f"{corpus}_{language}_s{speaker}_{emotion}_{take}"
        rows.append(
            Utterance(
                id=name,
                wav=f"{name}.wav",
                raw_emotion=emotion,
                speaker=f"{corpus}_{language}_s{speaker}",
                language=language,
                gender=("female", "male")[speaker % 2],
                sentence=f"sentence {take}",
                corpus=corpus,
                emotion=emotion,
                duration_s=1.5,
                digest=f"digest of {name}",
            )
        )
    return rows


def in_sessions(rows, session_of):
    """Return the rows with sessions."""
    return [dataclasses.replace(r, session=session_of(r)) for r in rows]


def in_pairs(row):
    """Session shared by speakers 0 and 1, 2 and 3, and so on."""
    return str(int(row.speaker[-1]) // 2)
