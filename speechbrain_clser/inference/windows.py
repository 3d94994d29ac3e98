"""A long recording as overlapping windows, never whole in memory."""

from pathlib import Path

import numpy as np
import soundfile

from speechbrain_clser.data.audio import SILENT_PEAK, one_channel, openable
from speechbrain_clser.errors import BadAudioError


def windows(path, window_s, hop_s, sample_rate_hz):
    """Read a recording window by window.

    Each window is as if it had been cut out and saved: mixed and resampled by
    itself. The last one may be shorter. Windows of silence are left out.

    Arguments
    ---------
    path : str or Path
        The recording, of any rate, number of channels and length.
    window_s, hop_s : float
        Length of a window, and from the start of one to that of the next.
    sample_rate_hz : int
        Wanted.

    Yields
    ------
    start_s, end_s : float
        Of the window.
    wav : torch.Tensor, (samples,)
        Its sound.

    Raises
    ------
    BadAudioError
        If the file cannot be read, or holds NaN.
    ValueError
        If windows would leave gaps.

    Example
    -------
    >>> path = getfixture("tmp_path") / "a.wav"
    >>> soundfile.write(path, np.ones(40000), 16000)
    >>> [(s, e) for s, e, _ in windows(path, 1.0, 0.5, 16000)]
    [(0.0, 1.0), (0.5, 1.5), (1.0, 2.0), (1.5, 2.5)]
    """
    if not 0 < hop_s <= window_s:
        raise ValueError(
            f"hop_s must be above 0 and at most window_s, which is {window_s}, "
            f"got {hop_s}"
        )
    if not Path(path).is_file():
        raise BadAudioError(
            "missing", f"{path}: expected a recording, found no such file"
        )
    try:
        with soundfile.SoundFile(openable(path)) as file:
            yield from _windows(path, file, window_s, hop_s, sample_rate_hz)
    except soundfile.LibsndfileError as error:
        raise BadAudioError(
            "unreadable",
            f"{path}: expected audio, found a damaged file or another kind of "
            f"it ({error.error_string}); convert it to WAV",
        ) from error


def _windows(path, file, window_s, hop_s, sample_rate_hz):
    found_hz = file.samplerate
    n_window, n_hop = round(window_s * found_hz), round(hop_s * found_hz)
    blocks = file.blocks(
        n_window, n_window - n_hop, dtype="float32", always_2d=True
    )
    for number, samples in enumerate(blocks):
        first = number * n_hop
        if not np.isfinite(samples).all():
            raise BadAudioError(
                "nan",
                f"{path}: expected numbers, found NaN or infinity after "
                f"{first / found_hz:.1f} s",
            )
        if len(samples) and np.abs(samples).max() >= SILENT_PEAK:
            yield (
                first / found_hz,
                (first + len(samples)) / found_hz,
                one_channel(samples, found_hz, sample_rate_hz),
            )
