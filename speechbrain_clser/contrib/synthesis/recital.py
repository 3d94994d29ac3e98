"""Synthesise neutral readings of sentences, with phones, for alignment."""

import dataclasses
import tempfile
from pathlib import Path

import soundfile

from speechbrain_clser.contrib.synthesis.process import ask_worker

# ISO 639-3 to codes of eSpeak NG; without languages whose script is ambiguous
# (Arabic) or that are poorly supported (Thai).
CODES = {
    "afr": "af",
    "ben": "bn",
    "bul": "bg",
    "cat": "ca",
    "ces": "cs",
    "cmn": "cmn",
    "cym": "cy",
    "dan": "da",
    "deu": "de",
    "ell": "el",
    "eng": "en-us",
    "est": "et",
    "eus": "eu",
    "fas": "fa",
    "fin": "fi",
    "fra": "fr",
    "heb": "he",
    "hin": "hi",
    "hrv": "hr",
    "hun": "hu",
    "ind": "id",
    "isl": "is",
    "ita": "it",
    "jpn": "ja",
    "kor": "ko",
    "lav": "lv",
    "lit": "lt",
    "msa": "ms",
    "nld": "nl",
    "nob": "nb",
    "pol": "pl",
    "por": "pt",
    "ron": "ro",
    "rus": "ru",
    "slk": "sk",
    "slv": "sl",
    "spa": "es",
    "srp": "sr",
    "swe": "sv",
    "swh": "sw",
    "tam": "ta",
    "tur": "tr",
    "ukr": "uk",
    "urd": "ur",
    "vie": "vi",  # codespell:ignore vie
    "yue": "yue",
}

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
        return CODES[self.language] + VARIANTS[self.gender]


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
    unknown = sorted({line.language for line in lines} - CODES.keys())
    if unknown:
        raise ValueError(
            f"eSpeak NG: expected languages among {', '.join(CODES)}, found "
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
