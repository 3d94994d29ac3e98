"""Corpora published as video: their sound has to be taken out beforehand."""

import shlex
from pathlib import Path

from speechbrain_clser.data.corpus import recordings

VIDEO_SUFFIXES = frozenset({".avi", ".mp4"})


def recordings_of_videos(name: str, root) -> list:
    """List the recordings taken out of a corpus's videos.

    Preparation and training read a recording many times, so its sound is taken
    out of the video once, and not at every reading.

    Arguments
    ---------
    name : str
        Of the corpus.
    root : str or Path
        Its folder, with the recordings beside the videos or in their place.

    Returns
    -------
    list of Path
        As ``corpus.recordings``.

    Raises
    ------
    FileNotFoundError
        If there are videos only; gives the command that takes the sound out.

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
            f"{name}: expected recordings beside the videos in {root}, found "
            f"{len(videos)} videos only; take the sound out with\n"
            f"  find {shlex.quote(str(root))} -iname '*{videos[0].suffix}' "
            f"-exec sh -c "
            f"""'ffmpeg -nostdin -i "$1" -vn -ac 1 "${{1%.*}}.wav"' _ {{}} \\;"""
        )
    return found
