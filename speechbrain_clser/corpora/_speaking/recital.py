"""Plain readings of sentences, with phones: what speech can be compared to."""

import dataclasses
import tempfile
from pathlib import Path

import soundfile

from speechbrain_clser.corpora._speaking.process import ask_worker

# By ISO 639-3, eSpeak NG's own codes; without those whose writing hides what
# is to be said (Arabic) or that it hardly speaks (Thai).
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

# No speaker of the demo corpus has one of these two.
VARIANTS = {"female": "+Annie", "male": "", "": ""}


@dataclasses.dataclass(frozen=True, slots=True)
class Line:
    """One sentence to be read out, without any emotion.

    Arguments
    ---------
    language : str
        ISO 639-3.
    text : str
        One sentence.
    gender : str
        ``"female"``, ``"male"`` or ``""``; whose voice reads.
    """

    language: str
    text: str
    gender: str = ""

    @property
    def voice(self):
        """Language and variant as eSpeak NG calls them."""
        return CODES[self.language] + VARIANTS[self.gender]


def recite(lines):
    """Let eSpeak NG read sentences out.

    Arguments
    ---------
    lines : iterable of Line
        Each is read once.

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
        If it cannot read a sentence.
    ValueError
        If it does not speak a language.
    """
    lines = list(dict.fromkeys(lines))
    unknown = sorted({line.language for line in lines} - CODES.keys())
    if unknown:
        raise ValueError(
            f"eSpeak NG is to read {', '.join(unknown)}; expected languages "
            f"among {', '.join(CODES)}; take another source of phones"
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
