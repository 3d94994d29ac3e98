"""Generate rows of the corpora of version 0.1 with published counts, without audio.

Counts of classes, speakers and sessions are the published ones, except for the two
podcast corpora, which are still growing. Utterances are assigned to speakers in turn.
"""

import functools
import itertools

from speechbrain_clser.data.utterance import Utterance

SIX = ("anger", "disgust", "fear", "happiness", "sadness", "surprise")
SEVEN = (*SIX, "neutral")
FIVE = ("anger", "happiness", "neutral", "sadness", "surprise")
MELD = {
    "train": (1109, 271, 268, 1743, 683, 1205, 4710),
    "dev": (153, 22, 40, 163, 111, 150, 470),
    "test": (345, 68, 50, 402, 208, 281, 1256),
}
EMODB = {
    **{"anger": 127, "boredom": 81, "disgust": 46, "fear": 69},
    **{"happiness": 71, "neutral": 79, "sadness": 62},
}
IEMOCAP = {
    **{"anger": 1103, "disgust": 2, "excitement": 1041, "fear": 40},
    **{"frustration": 1849, "happiness": 595, "neutral": 1708},
    **{"other": 2510, "sadness": 1084, "surprise": 107},
}


@functools.cache
def rows(corpus):
    """Return all utterances of a corpus with distinct recordings."""
    return tuple(
        Utterance(
            id=f"{corpus}_{number}",
            wav=f"{corpus}_{number}.wav",
            raw_emotion=emotion,
            speaker=f"{corpus}_{speaker}",
            language=language,
            session=session,
            corpus=corpus,
            emotion=emotion,
            digest=f"{corpus}_{number}",
        )
        for number, (language, speaker, session, emotion) in enumerate(
            _UTTERANCES[corpus]()
        )
    )


def _assigned(language, speakers, counts):
    """Assign utterances of each emotion to speakers and sessions in turn."""
    cycle = itertools.cycle(speakers)
    for emotion, count in counts.items():
        for _ in range(count):
            yield language, *next(cycle), emotion


def _balanced(language, n_speakers, emotions, n_each):
    """Generate equally many utterances per speaker and emotion."""
    speakers = [(f"{language}{n}", "") for n in range(n_speakers)]
    return _assigned(
        language, speakers, dict.fromkeys(emotions, n_speakers * n_each)
    )


def _meld():
    for part, counts in MELD.items():
        speakers = [(n % 9, f"{part}/dia{n}") for n in range(100)]
        yield from _assigned(
            "eng", speakers, dict(zip(SEVEN, counts, strict=True))
        )


def _cafe():
    yield from _balanced("fra", 12, SIX, 12)
    yield from _balanced("fra", 12, ["neutral"], 6)


def _ravdess():
    yield from _balanced("eng", 24, [*SIX, "calm"], 8)
    yield from _balanced("eng", 24, ["neutral"], 4)


def _savee():
    yield from _balanced("eng", 4, SIX, 15)
    yield from _balanced("eng", 4, ["neutral"], 30)


def _iemocap():
    speakers = [(f"{n}{sex}", str(n)) for n in range(1, 6) for sex in "FM"]
    return _assigned("eng", speakers, IEMOCAP)


def _podcasts(language, parts):
    for part in parts:
        speakers = [(f"{part}{n}", f"{part}/{n // 2}") for n in range(40)]
        yield from _assigned(language, speakers, dict.fromkeys(FIVE, 200))


def _both(emotions, n_speakers, n_each, languages):
    for language in languages:
        yield from _balanced(language, n_speakers, emotions, n_each)


_UTTERANCES = {
    "biic_podcast": lambda: _podcasts("cmn", ("train", "dev", "test")),
    "casia": lambda: _balanced("cmn", 4, [*SIX[:1], *SIX[2:], "neutral"], 50),
    "cafe": _cafe,
    "demo": lambda: _both(FIVE[:4], 8, 6, ("deu", "fin", "ind", "swh", "tur")),
    "emodb": lambda: _assigned("deu", [(n, "") for n in range(10)], EMODB),
    "emovo": lambda: _balanced("ita", 6, SEVEN, 14),
    "enterface": lambda: _balanced("eng", 43, SIX, 5),
    "esd": lambda: _both(FIVE, 10, 350, ("cmn", "eng")),
    "iemocap": _iemocap,
    "meld": _meld,
    "mesd": lambda: _balanced("spa", 3, [*SIX[:5], "neutral"], 48),
    "msp_podcast": lambda: _podcasts(
        "eng", ("train", "dev", "test/1", "test/2")
    ),
    "ravdess": _ravdess,
    "savee": _savee,
    "tess": lambda: _balanced("eng", 2, SEVEN, 200),
    "urdu": lambda: _balanced("urd", 25, FIVE[:4], 4),
}
