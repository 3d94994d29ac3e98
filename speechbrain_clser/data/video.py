"""List recordings of corpora published as video; audio is extracted before."""

import shlex
from pathlib import Path

from speechbrain_clser.data.corpus import recordings

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
