"""Address segments of recordings by media fragments: ``call.wav#t=1.5,4``.

The fragment (W3C Media Fragments URI, temporal dimension) is part of the path in
a manifest, so every reader of a path reads the segment.
"""

import os
import re

from speechbrain_clser.data.recording import (
    BLOCK_VALUES,
    UNKNOWN,
    blocks,
    limited_blocks,
    refuse_large,
)
from speechbrain_clser.errors import BadAudioError

FRAGMENT = re.compile(r"#t=(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?$")
TOLERANCE_S = 0.01  # times in tables are rounded


def join(path: str, start_s: float, end_s: float | None = None) -> str:
    """Return the path of a segment of a recording.

    Arguments
    ---------
    path : str
        Path of the recording.
    start_s, end_s : float
        Seconds; without an end, the segment ends with the recording.

    Returns
    -------
    str
        Path with fragment, times rounded to milliseconds.

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
    """Split a path into the recording and the times of the segment.

    Arguments
    ---------
    path : str or Path
        With or without a fragment; an existing file of exactly this name is read
        as a whole.

    Returns
    -------
    path : str or Path
        Path of the file.
    start_s : float
        0 without a fragment.
    end_s : float or None
        None for the end of the recording.

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


def samples(file, path, start_s: float, end_s: float | None):
    """Read the samples of a segment, in blocks.

    Arguments
    ---------
    file : soundfile.SoundFile
        Output of ``recording.opened``.
    path : str or Path
        Named in the message.
    start_s, end_s : float
        Output of ``split``.

    Yields
    ------
    numpy.ndarray, (samples, channels)
        float32.

    Raises
    ------
    BadAudioError
        With the reason ``segment``, if the recording ends before the segment;
        ``large``, if it takes too much memory; or as from ``blocks``.
    """
    if not start_s and end_s is None:
        yield from limited_blocks(file, path)
        return
    whole = split(path)[0]
    first = round(start_s * file.samplerate)
    last = UNKNOWN if end_s is None else round(end_s * file.samplerate)
    position = 0
    if file.frames != UNKNOWN and first < file.frames:
        position = file.seek(first)
        end = min(last, file.frames)
        refuse_large(whole, end - first, file.channels)
        n_block = max(BLOCK_VALUES // file.channels, 1)
        while len(
            block := file.read(
                min(n_block, end - position), dtype="float32", always_2d=True
            )
        ):
            position += len(block)
            yield block
    else:
        n_samples = 0
        for block in blocks(file):
            found = block[max(0, first - position) : max(0, last - position)]
            n_samples += len(found)
            refuse_large(whole, n_samples, file.channels)
            position += len(block)
            yield found
    wanted_s = start_s if end_s is None else end_s - TOLERANCE_S
    if position < wanted_s * file.samplerate:
        raise BadAudioError(
            "segment",
            f"{path}: expected a recording that lasts until "
            f"{end_s or start_s:g} s, as in the columns start and end, found "
            f"one of {position / file.samplerate:.2f} s; correct the columns",
        )
