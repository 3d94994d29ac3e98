"""A part of a recording, named by a media fragment: ``call.wav#t=1.5,4``.

The fragment (W3C Media Fragments URI, temporal dimension) is part of the path in
a manifest, so whatever reads a path reads the segment.
"""

import os
import re

from speechbrain_clser.data.recording import UNKNOWN, blocks
from speechbrain_clser.errors import BadAudioError

FRAGMENT = re.compile(r"#t=(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?$")
TOLERANCE_S = 0.01  # times in tables are rounded


def join(path: str, start_s: float, end_s: float | None = None) -> str:
    """Name a segment of a recording.

    Arguments
    ---------
    path : str
        Of the recording.
    start_s, end_s : float
        In seconds; without an end up to that of the recording.

    Returns
    -------
    str
        To the millisecond.

    Example
    -------
    >>> join("a.wav", 1.5, 4.0), join("a.wav", 1.5)
    ('a.wav#t=1.5,4', 'a.wav#t=1.5')
    """
    times = [start_s] if end_s is None else [start_s, end_s]
    return f"{path}#t=" + ",".join(
        f"{time_s:.3f}".rstrip("0").rstrip(".") for time_s in times
    )


def split(path) -> tuple:
    """Take the path of a recording and the times of its segment apart.

    Arguments
    ---------
    path : str or Path
        With or without a fragment; a file of that very name is taken whole.

    Returns
    -------
    path : str or Path
        Of the file.
    start_s : float
        0 without a fragment.
    end_s : float or None
        None up to the end of the recording.

    Example
    -------
    >>> split("a.wav#t=1.5,4"), split("a.wav")
    (('a.wav', 1.5, 4.0), ('a.wav', 0.0, None))
    """
    found = FRAGMENT.search(str(path))
    if not found or os.path.exists(path):
        return path, 0.0, None
    start, end = found.groups()
    return str(path)[: found.start()], float(start), end and float(end)


def samples(file, path, start_s: float, end_s: float | None) -> list:
    """Read the samples of a segment, in blocks.

    Arguments
    ---------
    file : soundfile.SoundFile
        From ``recording.opened``.
    path : str or Path
        For the message.
    start_s, end_s : float
        From ``split``.

    Returns
    -------
    list of numpy.ndarray, (samples, channels)
        float32.

    Raises
    ------
    BadAudioError
        With the reason ``segment``, if the recording ends before the segment.
    """
    if not start_s and end_s is None:
        return list(blocks(file))
    first = round(start_s * file.samplerate)
    last = UNKNOWN if end_s is None else round(end_s * file.samplerate)
    found, position = [], 0
    if file.frames != UNKNOWN and first < file.frames:
        position = file.seek(first)
        n_samples = min(last, file.frames) - first
        found = [file.read(n_samples, dtype="float32", always_2d=True)]
        position += len(found[0])
    else:
        for block in blocks(file):
            found.append(block[max(0, first - position) : last - position])
            position += len(block)
    wanted_s = start_s if end_s is None else end_s - TOLERANCE_S
    if position < wanted_s * file.samplerate:
        raise BadAudioError(
            "segment",
            f"{path}: expected a recording that lasts until "
            f"{end_s or start_s:g} s, as the columns start and end say, found "
            f"one of {position / file.samplerate:.2f} s; correct them",
        )
    return found
