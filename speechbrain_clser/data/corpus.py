"""Define a corpus: metadata card, label map and utterance generator."""

import dataclasses
import shlex
from collections.abc import Callable
from pathlib import Path

VIDEO_SUFFIXES = frozenset({".avi", ".mp4"})


def recordings_of_videos(name: str, root) -> list:
    """List the audio files extracted from the videos of a corpus.

    Preparation and training read a recording many times, so the audio is extracted
    once.

    Arguments
    ---------
    name : str
        Corpus name.
    root : str or Path
        Corpus folder, with the audio files next to the videos or instead of
        them.

    Returns
    -------
    list of Path
        Output of ``corpus.recordings``.

    Raises
    ------
    FileNotFoundError
        If there are only videos; contains the command that extracts the audio.

    Example
    -------
    >>> folder = getfixture("tmp_path")
    >>> for name in ("s1_an_1.avi", "s1_an_1.wav"):
    ...     (folder / name).touch()
    >>> [path.name for path in recordings_of_videos("enterface", folder)]
    ['s1_an_1.wav']
    """
    found = recordings(root)
    videos = [
        path
        for path in Path(root).rglob("*")
        if path.suffix.lower() in VIDEO_SUFFIXES
        and not path.name.startswith(".")
    ]
    if videos and not found:
        raise FileNotFoundError(
            f"{name}: expected audio files next to the videos in {root}, found "
            f"{len(videos)} videos only; extract the audio with\n"
            f"  find {shlex.quote(str(root))} -iname '*{videos[0].suffix}' "
            f"-exec sh -c "
            f"""'ffmpeg -nostdin -i "$1" -vn -ac 1 "${{1%.*}}.wav"' _ {{}} \\;"""
        )
    return found


AUDIO_SUFFIXES = frozenset({".wav", ".flac", ".mp3", ".ogg"})


@dataclasses.dataclass(frozen=True)
class Card:
    """Metadata of a published corpus.

    Arguments
    ---------
    name : str
        Used in protocols and as prefix of ids.
    title : str
        Title used by its authors.
    languages : tuple of str
        ISO 639-3.
    n_utterances, n_speakers : int or None
        As published; None if unknown.
    elicitation : str
        ``"acted"``, ``"natural"`` or ``"synthetic"``.
    licence : str
        Licence in a few words.
    citation : str
        Paper to cite.
    address : str
        Download page.
    folders : tuple of str
        Folder names to search for (case-insensitive).
    example : str
        File name in the format of the corpus, for error messages.
    is_own : bool
        Whether it is user-provided data and not a published corpus.
    hours : float, optional
        Duration of all recordings, as published.
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
    hours: float | None = None


@dataclasses.dataclass(frozen=True)
class Corpus:
    """Card, label map and utterance generator of a corpus.

    Arguments
    ---------
    card : Card
        Metadata.
    emotions : dict
        Corpus label to canonical emotion.
    utterances : callable
        ``utterances(root)`` yields an ``Utterance`` per recording.
    """

    card: Card
    emotions: dict
    utterances: Callable


def recordings(root) -> list:
    """List audio files in a folder and its subfolders, sorted by file name.

    Sorting by name gives the same order for flat and nested layouts. Files that
    start with a dot are skipped: macOS creates ``._name.wav`` files when copying.

    Arguments
    ---------
    root : str or Path
        The folder.

    Returns
    -------
    list of Path
        Includes broken links, which are reported as missing later.

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
