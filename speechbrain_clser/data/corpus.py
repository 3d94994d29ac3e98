"""What a corpus is, to the rest of the house: a card, a map of labels, a generator."""

import dataclasses
from collections.abc import Callable
from pathlib import Path

AUDIO_SUFFIXES = frozenset({".wav", ".flac", ".mp3", ".ogg"})


@dataclasses.dataclass(frozen=True)
class Card:
    """Facts about a collection as published.

    Arguments
    ---------
    name : str
        As used in protocols and as prefix of ids.
    title : str
        As its authors call it.
    languages : tuple of str
        ISO 639-3.
    n_utterances, n_speakers : int or None
        As published; None when it is not known beforehand.
    elicitation : str
        ``"acted"``, ``"natural"`` or ``"synthetic"``.
    licence : str
        Terms, in a few words.
    citation : str
        Paper to cite.
    address : str
        Where to get it.
    folders : tuple of str
        Names its folder goes by (case ignored).
    example : str
        A file name as the corpus has it, shown when a folder holds none.
    is_own : bool
        Whether it is somebody's own data and not a published corpus.
    """

    name: str
    title: str
    languages: tuple
    n_utterances: int | None
    n_speakers: int | None
    elicitation: str
    licence: str
    citation: str
    address: str
    folders: tuple
    example: str = ""
    is_own: bool = False


@dataclasses.dataclass(frozen=True)
class Corpus:
    """A card with the two things a corpus file defines beside it.

    Arguments
    ---------
    card : Card
        Facts.
    emotions : dict
        The corpus's own labels to canonical emotions.
    utterances : callable
        ``utterances(root)`` yields an ``Utterance`` per recording.
    """

    card: Card
    emotions: dict
    utterances: Callable


def recordings(root) -> list:
    """List the recordings under a folder, at any depth, by file name.

    The order is that of the names, so it is the same whether the files lie
    flat or nested. Files that start with a dot are no recordings: macOS leaves
    such ``._name.wav`` twins beside every file it copies.

    Arguments
    ---------
    root : str or Path
        The folder.

    Returns
    -------
    list of Path
        A link that leads nowhere is listed too, to be reported as missing.

    Example
    -------
    >>> folder = getfixture("tmp_path")
    >>> for name in ("b.WAV", "a.wav", "._a.wav", "README.txt"):
    ...     (folder / name).touch()
    >>> [path.name for path in recordings(folder)]
    ['a.wav', 'b.WAV']
    """
    found = (
        path
        for path in Path(root).rglob("*")
        if path.suffix.lower() in AUDIO_SUFFIXES
        and not path.name.startswith(".")
    )
    return sorted(found, key=lambda path: (path.name.lower(), path))
