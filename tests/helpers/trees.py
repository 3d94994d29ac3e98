"""Small trees of files that are named as in the corpora.

``NAMES`` holds, per corpus and layout, paths that cover every label and every
kind of speaker; ``WHOLE`` holds all names of the corpora whose names follow from
a rule. A corpus that makes its own recordings has no tree here.
"""

from helpers import sounds


def _emodb(folder):
    return [
        f"{folder}{speaker}{sentence}{letter}a.wav"
        for speaker in ("03", "08")
        for sentence in ("a01", "b10")
        for letter in "WLEAFNT"
    ]


def _emovo(nested, speakers, sentences):
    return [
        f"{speaker + '/' if nested else ''}{emotion}-{speaker}-{sentence}.wav"
        for speaker in speakers
        for emotion in ("dis", "gio", "neu", "pau", "rab", "sor", "tri")
        for sentence in sentences
    ]


def _urdu(nested):
    folders = {"A": "Angry", "H": "Happy", "N": "Neutral", "S": "Sad"}
    return [
        f"{folder + '/' if nested else ''}{speaker}_F1_{letter}0{number}.wav"
        for letter, folder in folders.items()
        for number, speaker in enumerate(("SM1", "SF10"), 1)
    ]


def _ravdess(nested, actors):
    return [
        f"{f'Actor_{actor:02}/' if nested else ''}03-01-{emotion:02}-"
        f"{intensity:02}-{sentence:02}-{repetition:02}-{actor:02}.wav"
        for actor in actors
        for emotion in range(1, 9)
        for intensity in ((1,) if emotion == 1 else (1, 2))
        for sentence in (1, 2)
        for repetition in (1, 2)
    ]


def _savee(between, speakers, n_sentences):
    return [
        f"{speaker}{between}{emotion}{number:02}.wav"
        for speaker in speakers
        for emotion in ("a", "d", "f", "h", "n", "sa", "su")
        for number in range(1, n_sentences * (1 + (emotion == "n")) + 1)
    ]


def _casia(form, speakers, numbers):
    return [
        form.format(speaker=speaker, emotion=emotion, number=number)
        for speaker in speakers
        for emotion in ("angry", "fear", "happy", "neutral", "sad", "surprise")
        for number in numbers
    ]


CASIA_FORMS = {
    "nested": "{speaker}/{emotion}/{number}.wav",
    "flat": "{number}-{emotion}-{speaker}.wav",
}
CASIA_SPEAKERS = ("liuchanhg", "wangzhe", "zhaoquanyin", "ZhaoZuoxiang")

NAMES = {
    "emodb": {"nested": _emodb("wav/"), "flat": _emodb("")},
    "emovo": {
        "nested": _emovo(True, ("f1", "m2"), ("b1", "n5")),
        "flat": _emovo(False, ("f1", "m2"), ("b1", "n5")),
    },
    "urdu": {"nested": _urdu(True), "flat": _urdu(False)},
    "ravdess": {
        "nested": _ravdess(True, (7, 12)),
        "flat": _ravdess(False, (7, 12)),
    },
    "savee": {
        "nested": _savee("/", ("DC", "KL"), 2),
        "flat": _savee("_", ("DC", "KL"), 2),
    },
    "casia": {
        layout: _casia(form, CASIA_SPEAKERS[2:], (201, 250))
        for layout, form in CASIA_FORMS.items()
    },
}

WHOLE = {
    "emovo": _emovo(
        True,
        ("f1", "f2", "f3", "m1", "m2", "m3"),
        [*("b1", "b2", "b3", "d1", "d2", "l1", "l2", "l3", "l4")]
        + [f"n{number}" for number in range(1, 6)],
    ),
    "ravdess": _ravdess(True, range(1, 25)),
    "savee": _savee("/", ("DC", "JE", "JK", "KL"), 15),
    "casia": _casia(CASIA_FORMS["nested"], CASIA_SPEAKERS, range(201, 251)),
}


def make(root, corpus, layout="nested", suffix=".wav", **sound):
    """Write the small tree of a corpus; returns its folder."""
    for name in NAMES[corpus][layout]:
        path = (root / name).with_suffix(suffix)
        sounds.write(path, format="WAV", **sound)
    return root


def touch(root, names):
    """Make empty files of these names; returns their folder."""
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).touch()
    return root
