"""Synthesise neutral readings of sentences, with phones, for alignment."""

import dataclasses
import tempfile
from pathlib import Path

import soundfile

from speechbrain_clser.contrib.synthesis.process import ask_worker
from speechbrain_clser.languages import two_letters

# Two-letter codes to voices of eSpeak NG; without languages whose script is ambiguous
# (Arabic) or that are poorly supported (Thai).
VOICES = {
    code: code
    for code in (
        "af bg bn ca cs cy da de el es et eu fa fi fr he hi hr hu id is it ja ko lt lv "
        "ms nb nl pl pt ro ru sk sl sr sv sw ta tr uk ur vi yue"
    ).split()
} | {"en": "en-us", "zh": "cmn"}

# Not used by speakers of the demo corpus.
VARIANTS = {"female": "+Annie", "male": "", "": ""}


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One sentence to synthesise without emotion.

    Arguments
    ---------
    language : str
        ISO 639-3.
    text : str
        One sentence.
    gender : str
        ``"female"``, ``"male"`` or ``""``; gender of the voice.
    """

    language: str
    text: str
    gender: str = ""

    @property
    def voice(self):
        """Voice name of eSpeak NG: language and variant."""
        return VOICES[two_letters(self.language)] + VARIANTS[self.gender]


def recite(lines):
    """Synthesise sentences with eSpeak NG.

    Arguments
    ---------
    lines : iterable of Line
        Duplicates are synthesised once.

    Returns
    -------
    dict
        Line to its samples at 16 kHz, (samples,), and its phones, a list of IPA
        symbol, start and end in seconds.

    Raises
    ------
    ImportError
        If eSpeak NG is not installed.
    RuntimeError
        If synthesis of a sentence fails.
    ValueError
        If eSpeak NG does not support a language.
    """
    lines = list(dict.fromkeys(lines))
    unknown = sorted(
        {
            line.language
            for line in lines
            if two_letters(line.language) not in VOICES
        }
    )
    if unknown:
        raise ValueError(
            f"eSpeak NG: expected languages among {', '.join(VOICES)}, found "
            f"{', '.join(unknown)}; use another source of phones"
        )
    if not lines:
        return {}
    rows = [
        {"id": str(number), "voice": line.voice, "text": line.text}
        for number, line in enumerate(lines)
    ]
    with tempfile.TemporaryDirectory() as folder:
        phones = ask_worker(rows, folder, "recite")
        return {
            line: (
                soundfile.read(Path(folder, f"{number}.wav"), dtype="float32")[
                    0
                ],
                [tuple(phone) for phone in phones[str(number)]],
            )
            for number, line in enumerate(lines)
        }
